// Chains of ten tail calls through kill -9: silos are processes on a real Redis, each step commits its number, and hosts are killed in the middle.
//   node dist/bench/tail-chains.js [--rounds 50] [--seed 5] [--only words] [--redis-cluster]
import { parseArgs } from 'node:util';
import { DescribedRedis } from './fleet/fleet-redis.js';
import { seeded } from './fleet/random.js';
import { atLeast, atMost, finish, type Goal } from './support/report.js';
import { ChainFleet } from './tail-chains/chain-fleet.js';
import { afterHandOver, atRandom, judgeAgain, keptTurns, Tally } from './tail-chains/rounds.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' }, seed: { type: 'string', default: '5' }, only: { type: 'string', default: '' }, 'redis-cluster': { type: 'boolean', default: false } } });
const rounds = Number(values.rounds);
const seed = Number(values.seed);
const KINDS = {
  'a random step\'s host killed': { round: atRandom, share: 1 },
  'caller and callee killed after the hand-over': { round: afterHandOver, share: 0.4 },
  'the host of kept turns killed': { round: keptTurns, share: 0.4 },
} as const;

const figures: Record<string, unknown> = {};
const goals: Goal[] = [];
const redis = values['redis-cluster'] ? await DescribedRedis.cluster() : undefined;
const fleet = await ChainFleet.start(redis);
try {
  for (const [name, { round, share }] of Object.entries(KINDS)) {
    if (!new RegExp(values.only).test(name)) continue;
    const tally = new Tally();
    const random = seeded(seed);
    const count = Math.ceil(rounds * share);
    for (let n = 0; n < count; n++) await round(fleet, tally, random);
    const { wrong, recoveredMs, through: _, ...numbers } = tally;
    await judgeAgain(fleet, tally);
    for (const line of wrong) console.log(`${name}: ${line}`);
    figures[name] = { ...numbers, recoveredMs: spreadOf(recoveredMs) };
    goals.push(
      atMost(`${name}: what is not as if each step had run once`, wrong.length, 0),
      atLeast(`${name}: kills`, tally.kills, count * 0.8),
      atLeast(`${name}: chains that had begun`, tally.begun, count * 0.7),
    );
  }
  const twice = [...fleet.answers.values()].filter((times) => times > 1).length;
  figures['rounds over three silos'] = fleet.fullySpread;
  figures['calls answered by a reply'] = fleet.answers.size;
  goals.push(atMost('calls that were answered twice', twice, 0));
} finally {
  await fleet[Symbol.asyncDispose]();
  await redis?.[Symbol.asyncDispose]();
}
finish({ bench: 'tail-chains', settings: { rounds, seed, redis: redis ? 'cluster' : 'one', node: process.version }, figures, goals });
process.exit();

function spreadOf(times: readonly number[]): object {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), longest: at(1) };
}
