// A real silo on a real Redis, attacked by way of its client port while other clients work: what becomes of the attack, how long the silo's loop
// stands still, what the others notice against the quiet periods before and after and against the same attack at a neighbour (arena.ts), what memory it takes. Exit code 1 when a goal is missed.
//   node dist/bench/client-port/client-port.js [--redis redis://127.0.0.1:6379] [--short] [--only pattern] [--seconds 3] [--rounds 3] [--alone]
// `--alone`: without the neighbour, for who judges outcomes and no latencies. What misses a goal is run again, up to `rounds` times in all; the middle run counts.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startOwnRedis } from '../../test/support/redis-server.js';
import { finish } from '../support/report.js';
import { Arena } from './arena.js';
import type { Aftermath } from './attacker-process.js';
import { attacks } from './attacks/index.js';
import { Child } from './child.js';
import { GoodClients } from './good-clients.js';
import { figures, goals, middle, misses, printRow, printTitle, type Row } from './report.js';
import type { Vitals } from './silo-process.js';

const { values } = parseArgs({
  options: { redis: { type: 'string' }, short: { type: 'boolean' }, only: { type: 'string' }, seconds: { type: 'string' }, rounds: { type: 'string' }, alone: { type: 'boolean', default: false } },
});
const isShort = values.short ?? false;
const forMs = Number(values.seconds ?? (isShort ? 1 : 3)) * 1000;
const rounds = Number(values.rounds ?? (isShort ? 1 : 3));
const GOOD_CLIENTS = 10;
async function repeatedly(arena: Arena, name: string): Promise<Row> {
  const runs: Row[] = [];
  do runs.push(await arena.suffer(name));
  while (runs.length < rounds && misses(middle(runs)).length > 0);
  return middle(runs);
}

function siloProcess(redis: string, ...more: readonly string[]): Child<Vitals> {
  return new Child('./silo-process.js', [redis, `port-${randomUUID()}`, ...more], ['--expose-gc']);
}

async function main(): Promise<void> {
  await using redis = values.redis === undefined ? await startOwnRedis() : { url: values.redis, [Symbol.asyncDispose]: () => Promise.resolve() };
  await using silo = siloProcess(redis.url);
  const { address } = await silo.next<{ readonly address: string }>();
  await using neighbour = values.alone ? undefined : siloProcess(redis.url, 'neighbour');
  const besides = await neighbour?.next<{ readonly address: string }>();
  await using attacker = new Child<Aftermath>('./attacker-process.js', [isShort ? 'short' : 'long']);
  await attacker.next();
  await using good = await GoodClients.join(address, GOOD_CLIENTS);
  const arena = new Arena({ address, silo }, neighbour && { address: besides!.address, silo: neighbour }, attacker, good, forMs);
  await arena.calm(Math.min(2000, 5 * forMs));
  printTitle();
  const rows: Row[] = [];
  const only = new RegExp(values.only ?? '');
  for (const name of Object.keys(attacks(isShort)).filter((one) => only.test(one))) {
    const row = await repeatedly(arena, name);
    rows.push(row);
    printRow(row);
  }
  const after = await arena.calm(isShort ? forMs : 8000);
  const missed = rows.flatMap(misses);
  for (const miss of missed) process.stdout.write(`missed: ${miss}\n`);
  finish({
    bench: 'client-port', settings: { isShort, forMs, rounds, attacks: rows.length },
    figures: { afterwards: { rssMb: after.vitals.rssMb, activations: after.vitals.activations, p99Ms: after.latencies.p99Ms }, attacks: rows.map(figures), missed }, goals: goals(rows),
  });
}

await main();
