// A real silo on a real Redis, attacked by way of its client port while other clients work: what becomes of the attack, how long the silo's loop
// stands still, what the others notice, what memory it takes. Exit code 1 when a goal is missed.
//   node dist/bench/client-port/client-port.js [--redis redis://127.0.0.1:6379] [--short] [--only words] [--seconds 3]
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startOwnRedis } from '../../test/support/redis-server.js';
import { attacks } from './attacks/index.js';
import { Child } from './child.js';
import { GoodClients, type Latencies } from './good-clients.js';
import { misses, printRow, printTitle, type Row } from './report.js';
import type { Vitals } from './silo-process.js';

const { values } = parseArgs({ options: { redis: { type: 'string' }, short: { type: 'boolean' }, only: { type: 'string' }, seconds: { type: 'string' } } });
const isShort = values.short ?? false;
const forMs = Number(values.seconds ?? (isShort ? 1 : 3)) * 1000;
const GOOD_CLIENTS = 4;
const MUTATIONS_MS = 900_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Arena {
  readonly silo: Child<Vitals>;
  readonly attacker: Child<{ readonly outcome: string }>;
  readonly good: GoodClients;
}

/** The others' latencies for that time, and the silo's vitals, while nobody attacks. */
async function calm({ silo, good }: Arena, ms: number): Promise<{ readonly latencies: Latencies; readonly vitals: Vitals }> {
  await silo.ask('reset');
  good.reset();
  await pause(ms);
  const latencies = await good.read();
  return { latencies, vitals: await silo.ask('read') };
}

async function suffer(arena: Arena, name: string): Promise<Row> {
  const before = await calm(arena, forMs);
  await arena.silo.ask('reset');
  arena.good.reset();
  const { outcome } = await arena.attacker.ask({ attack: name, forMs }, MUTATIONS_MS);
  const during = await arena.good.read();
  const vitals = await arena.silo.ask('read');
  return { name, outcome, before: before.latencies, during, calm: before.vitals, vitals };
}

async function main(): Promise<number> {
  await using redis = values.redis === undefined ? await startOwnRedis() : { url: values.redis, [Symbol.asyncDispose]: () => Promise.resolve() };
  await using silo = new Child<Vitals>('./silo-process.js', [redis.url, `port-${randomUUID()}`], ['--expose-gc']);
  const { address } = await silo.next<{ readonly address: string }>();
  await using attacker = new Child<{ readonly outcome: string }>('./attacker-process.js', [address, isShort ? 'short' : 'long']);
  await attacker.next();
  await using good = await GoodClients.join(address, GOOD_CLIENTS);
  const arena = { silo, attacker, good };
  await calm(arena, 2000);
  printTitle();
  const rows: Row[] = [];
  for (const name of Object.keys(attacks(isShort))) {
    if (values.only !== undefined && !name.includes(values.only)) continue;
    const row = await suffer(arena, name);
    rows.push(row);
    printRow(row);
  }
  const after = await calm(arena, 8000);
  process.stdout.write(`afterwards: RSS ${after.vitals.rssMb.toFixed(0)} MB, ${after.vitals.activations} activations, p99 of the others ${after.latencies.p99Ms.toFixed(1)} ms\n`);
  const missed = rows.flatMap(misses);
  for (const miss of missed) process.stdout.write(`missed: ${miss}\n`);
  process.stdout.write(`${rows.length} attacks, ${missed.length} goals missed\n`);
  return missed.length > 0 ? 1 : 0;
}

process.exitCode = await main();
