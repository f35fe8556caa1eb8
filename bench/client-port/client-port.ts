// A real silo on a real Redis, attacked by way of its client port while other clients work: what becomes of the attack, how long the silo's loop
// stands still, what the others notice against the quiet periods before and after, what memory it takes. Exit code 1 when a goal is missed.
//   node dist/bench/client-port/client-port.js [--redis redis://127.0.0.1:6379] [--short] [--only pattern] [--seconds 3] [--rounds 3]
// What misses a goal is run again, up to `rounds` times in all; the middle run counts.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startOwnRedis } from '../../test/support/redis-server.js';
import { finish } from '../support/report.js';
import type { Aftermath } from './attacker-process.js';
import { attacks } from './attacks/index.js';
import { expectation } from './attacks/expectations.js';
import { Child } from './child.js';
import { GoodClients, type Latencies } from './good-clients.js';
import { goals, middle, misses, printRow, printTitle, type Row } from './report.js';
import type { Vitals } from './silo-process.js';

const { values } = parseArgs({
  options: { redis: { type: 'string' }, short: { type: 'boolean' }, only: { type: 'string' }, seconds: { type: 'string' }, rounds: { type: 'string' } },
});
const isShort = values.short ?? false;
const forMs = Number(values.seconds ?? (isShort ? 1 : 3)) * 1000;
const rounds = Number(values.rounds ?? (isShort ? 1 : 3));
const GOOD_CLIENTS = 4;
const MUTATIONS_MS = 900_000;
/** After an attack, until a period counts as quiet. */
const SETTLE_MS = 1000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Arena {
  readonly silo: Child<Vitals>;
  readonly attacker: Child<Aftermath>;
  readonly good: GoodClients;
}

interface Calm {
  readonly latencies: Latencies;
  readonly vitals: Vitals;
}

/** The others' latencies for that time, and the silo's vitals, while nobody attacks. */
async function calm({ silo, good }: Arena, ms: number): Promise<Calm> {
  await silo.ask('reset');
  good.reset();
  await pause(ms);
  const latencies = await good.read();
  return { latencies, vitals: await silo.ask('read') };
}

async function suffer(arena: Arena, name: string): Promise<Row> {
  const { outcomes: expected, seconds } = expectation(name);
  const before = await calm(arena, forMs);
  await arena.silo.ask('reset');
  arena.good.reset();
  const aftermath = await arena.attacker.ask({ attack: name, forMs: Math.max(forMs, (seconds ?? 0) * 1000) }, MUTATIONS_MS);
  const during = await arena.good.read();
  const vitals = await arena.silo.ask('read');
  await pause(Math.min(SETTLE_MS, forMs));
  const after = await calm(arena, forMs);
  return { name, expected, ...aftermath, before: before.latencies, during, after: after.latencies, calm: before.vitals, vitals };
}

async function repeatedly(arena: Arena, name: string): Promise<Row> {
  const runs: Row[] = [];
  do runs.push(await suffer(arena, name));
  while (runs.length < rounds && misses(middle(runs)).length > 0);
  return middle(runs);
}

async function main(): Promise<void> {
  await using redis = values.redis === undefined ? await startOwnRedis() : { url: values.redis, [Symbol.asyncDispose]: () => Promise.resolve() };
  await using silo = new Child<Vitals>('./silo-process.js', [redis.url, `port-${randomUUID()}`], ['--expose-gc']);
  const { address } = await silo.next<{ readonly address: string }>();
  await using attacker = new Child<Aftermath>('./attacker-process.js', [address, isShort ? 'short' : 'long']);
  await attacker.next();
  await using good = await GoodClients.join(address, GOOD_CLIENTS);
  const arena = { silo, attacker, good };
  await calm(arena, Math.min(2000, 5 * forMs));
  printTitle();
  const rows: Row[] = [];
  const only = new RegExp(values.only ?? '');
  for (const name of Object.keys(attacks(isShort)).filter((one) => only.test(one))) {
    const row = await repeatedly(arena, name);
    rows.push(row);
    printRow(row);
  }
  const after = await calm(arena, isShort ? forMs : 8000);
  const missed = rows.flatMap(misses);
  for (const miss of missed) process.stdout.write(`missed: ${miss}\n`);
  finish({
    bench: 'client-port', settings: { isShort, forMs, rounds, attacks: rows.length },
    figures: { afterwards: { rssMb: after.vitals.rssMb, activations: after.vitals.activations, p99Ms: after.latencies.p99Ms }, missed }, goals: goals(rows),
  });
}

await main();
