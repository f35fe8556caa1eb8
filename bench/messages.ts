// Messages end to end, each delivery a committed change of its listener, beside bare BullMQ with one job each and with many per job, in turns.
//   node dist/bench/messages.js [--redis redis://127.0.0.1:6379] [--messages 20000] [--emitters 100] [--listeners 1000] [--per-turn 20] [--deliveries 64]
//     [--partitions 8] [--rounds 3] [--two] [--top 0]
// Without `--redis` it starts one of its own. `--two`: also among two silos in two processes. `--top 25`: what the time goes to. Quote the ratios.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startSilo } from '../silo/index.js';
import { startOwnRedis } from '../test/support/redis-server.js';
import { Child } from './client-port/child.js';
import { arrivals, Sink, Source } from './messages/actors.js';
import { ToldLoad, toldLatencies, type Told } from './messages/told-load.js';
import { bareLoad, latencies, throughput, type Throughput } from './queues/queue-load.js';
import { profile } from './support/cpu-profile.js';
import { atLeast, atMost, finish } from './support/report.js';
import { median, quantile } from './support/rounds.js';

const { values } = parseArgs({
  options: {
    redis: { type: 'string' }, messages: { type: 'string', default: '20000' }, emitters: { type: 'string', default: '100' }, listeners: { type: 'string', default: '1000' },
    'per-turn': { type: 'string', default: '20' }, deliveries: { type: 'string', default: '64' }, partitions: { type: 'string', default: '8' }, rounds: { type: 'string', default: '3' },
    two: { type: 'boolean', default: false }, top: { type: 'string', default: '0' },
  },
});
const [messages, emitters, listeners, perTurn, deliveries, partitions, rounds, top] =
  [values.messages, values.emitters, values.listeners, values['per-turn'], values.deliveries, values.partitions, values.rounds, values.top].map(Number) as [number, number, number, number, number, number, number, number];
const settings = { emitters, listeners, perTurn };
const perEmitter = Math.ceil(messages / emitters);
const ALONE = 100;
const IN_FLIGHT = 64;

await using own = values.redis === undefined ? await startOwnRedis() : undefined;
const redis = values.redis ?? own!.url;
const cluster = `messages-${randomUUID()}`;
const bare = { redis, cluster, partitions, bytesPerDelivery: 60 };
const one = bareLoad({ ...bare, deliveriesPerJob: 1 });
const batched = bareLoad({ ...bare, deliveriesPerJob: deliveries });
const silo = await startSilo({ modules: [Source, Sink], redis, cluster, log: 'error' });
const embedded = await startSilo({ modules: [Source, Sink], log: 'error' });
const told = { redis: new ToldLoad(silo, settings), embedded: new ToldLoad(embedded, settings) };

const rates = { one: [] as Told[], batched: [] as Told[], redis: [] as Told[], embedded: [] as Told[] };
const alone = { one: [] as number[], redis: [] as number[], embedded: [] as number[] };
await throughput(batched, Math.ceil(messages / deliveries / 4), IN_FLIGHT, partitions);
await throughput(one, Math.ceil(messages / 8), IN_FLIGHT, partitions);
for (const load of Object.values(told)) await load.run(Math.ceil(perEmitter / 4));
for (let round = 0; round < rounds; round++) {
  rates.one.push(deliveriesOf(await throughput(one, Math.ceil(messages / 4), IN_FLIGHT, partitions), 1));
  rates.redis.push(await told.redis.run(perEmitter));
  rates.batched.push(deliveriesOf(await throughput(batched, Math.ceil(messages / deliveries), IN_FLIGHT, partitions), deliveries));
  rates.embedded.push(await told.embedded.run(perEmitter));
  alone.one.push(...(await latencies(one, ALONE)));
  alone.redis.push(...(await toldLatencies(silo, ALONE)));
  alone.embedded.push(...(await toldLatencies(embedded, ALONE)));
}
if (top > 0) {
  const entries = await profile(async () => void (await told.redis.run(perEmitter)));
  console.table(entries.slice(0, top).map(({ name, place, selfShare }) => ({ '%': Number((100 * selfShare).toFixed(1)), name, place })));
}
const two = values.two ? await amongTwo() : undefined;
await Promise.all([one.close(), batched.close(), embedded.stop(), silo.stop()]);

const rows = [
  { name: 'bare BullMQ, one per job', ...rowOf(rates.one), ...aloneOf(alone.one) },
  { name: `bare BullMQ, ${deliveries} per job`, ...rowOf(rates.batched) },
  { name: 'messages on Redis', ...rowOf(rates.redis), ...aloneOf(alone.redis) },
  ...(two ? [{ name: 'messages on Redis, two silos', ...rowOf(two) }] : []),
  { name: 'messages embedded', ...rowOf(rates.embedded), ...aloneOf(alone.embedded) },
];
console.table(rows);
finish({
  bench: 'messages', settings: { messages, ...settings, deliveries, partitions, rounds }, figures: { rows },
  goals: [
    atLeast(`deliveries end to end, of bare BullMQ with ${deliveries} per job`, rows[2]!.perSecond / rows[1]!.perSecond, 0.4),
    atMost('p50 of a single tell, times a bare job', median(alone.redis) / median(alone.one), 3),
  ],
});

/** The other silo hosts as many of the emitters and listeners. */
async function amongTwo(): Promise<readonly Told[]> {
  const name = `${cluster}-two`;
  const near = await startSilo({ modules: [Source, Sink], redis, cluster: name, log: 'error' });
  await using child = new Child<{ readonly arrived: number }>('../messages/listening-process.js', [redis, name]);
  await child.next();
  const load = new ToldLoad(near, settings, async () => arrivals.count + (await child.ask({ arrived: true })).arrived);
  await load.run(Math.ceil(perEmitter / 4));
  const taken: Told[] = [];
  for (let round = 0; round < rounds; round++) taken.push(await load.run(perEmitter));
  await near.stop();
  return taken;
}

function deliveriesOf({ jobsPerSecond, cpuPerJob }: Throughput, perJob: number): Told {
  return { perSecond: jobsPerSecond * perJob, cpuEach: cpuPerJob / perJob, commits: 0 };
}

function rowOf(taken: readonly Told[]): { readonly perSecond: number; readonly cpuMicrosEach: number; readonly commits: number } {
  return {
    perSecond: Math.round(median(taken.map((each) => each.perSecond))), cpuMicrosEach: Number(median(taken.map((each) => each.cpuEach)).toPrecision(3)),
    commits: median(taken.map(({ commits }) => commits)),
  };
}

function aloneOf(taken: readonly number[]): object {
  return { p50Ms: Number(median(taken).toFixed(3)), p99Ms: Number(quantile(taken, 0.99).toFixed(3)) };
}
