// Batches through delivery queues, beside bare BullMQ with one job each and with as many deliveries per job, in turns.
//   node dist/bench/queues.js --redis redis://127.0.0.1:6379 [--jobs 4000] [--deliveries 64] [--bytes 150] [--partitions 8] [--in-flight 64] [--rounds 3]
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { encode } from './queues/sample.js';
import { bareLoad, latencies, portLoad, throughput, type QueueLoad, type Throughput } from './queues/queue-load.js';
import { measureSpellings } from './queues/spellings.js';
import { RedisProbe } from './support/redis-probe.js';
import { atLeast, atMost, finish } from './support/report.js';
import { median } from './support/rounds.js';

const { values } = parseArgs({
  options: {
    redis: { type: 'string' }, jobs: { type: 'string', default: '4000' }, deliveries: { type: 'string', default: '64' }, bytes: { type: 'string', default: '150' },
    partitions: { type: 'string', default: '8' }, 'in-flight': { type: 'string', default: '64' }, rounds: { type: 'string', default: '3' },
  },
});
if (values.redis === undefined) throw new Error('queues: --redis URL is needed');
const { redis } = values;
const [jobs, deliveries, bytes, partitions, inFlight, rounds] = [values.jobs, values.deliveries, values.bytes, values.partitions, values['in-flight'], values.rounds].map(Number) as [number, number, number, number, number, number];
const cluster = `bench-${randomBytes(4).toString('hex')}`;
const settings = { redis, cluster, partitions, bytesPerDelivery: bytes };

await using probe = new RedisProbe(redis, cluster);
const loads: Readonly<Record<string, { readonly load: QueueLoad; readonly perJob: number }>> = {
  'bare BullMQ, one delivery per job': { load: bareLoad({ ...settings, deliveriesPerJob: 1 }), perJob: 1 },
  [`bare BullMQ, ${deliveries} deliveries per job`]: { load: bareLoad({ ...settings, deliveriesPerJob: deliveries }), perJob: deliveries },
  [`delivery queues, ${deliveries} deliveries per batch`]: { load: await portLoad({ ...settings, deliveriesPerJob: deliveries }), perJob: deliveries },
  'delivery queues, one delivery per batch': { load: await portLoad({ ...settings, deliveriesPerJob: 1 }), perJob: 1 },
};
const rates = new Map<string, Throughput[]>(Object.keys(loads).map((name) => [name, []]));
const alone = new Map<string, number[]>(Object.keys(loads).map((name) => [name, []]));
for (const { load } of Object.values(loads)) await throughput(load, Math.ceil(jobs / 4), inFlight, partitions);
for (let round = 0; round < rounds; round++) {
  for (const [name, { load }] of Object.entries(loads)) rates.get(name)!.push(await throughput(load, jobs, inFlight, partitions));
  for (const [name, { load }] of Object.entries(loads)) alone.get(name)!.push(median(await latencies(load, 150)));
}
for (const { load } of Object.values(loads)) await load.close();
await probe.clear();
await clearOthers();

const rows = Object.entries(loads).map(([name, { perJob }]) => {
  const jobsPerSecond = Math.round(median(rates.get(name)!.map((each) => each.jobsPerSecond)));
  const cpuPerJob = Math.round(median(rates.get(name)!.map((each) => each.cpuPerJob)));
  return { name, jobsPerSecond, deliveriesPerSecond: jobsPerSecond * perJob, cpuMicrosPerJob: cpuPerJob, p50AloneMs: Number(median(alone.get(name)!).toFixed(3)) };
});
console.table(rows);
const spellings = measureSpellings(Buffer.from(encode(deliveries, bytes)));
console.table(spellings);
const [, batched, ours, lone] = rows;
finish({
  bench: 'queues', settings: { jobs, deliveries, bytes, partitions, inFlight, rounds }, figures: { rows, spellings },
  goals: [
    atLeast('deliveries through the queues, of bare BullMQ with as many per job', ours!.deliveriesPerSecond / batched!.deliveriesPerSecond, 0.7),
    atMost('p50 of one batch alone, times a bare job', lone!.p50AloneMs / rows[0]!.p50AloneMs, 1.5),
  ],
});

/** The queues of the port stand under cluster names of their own. */
async function clearOthers(): Promise<void> {
  for (const perJob of [1, deliveries]) {
    await using other = new RedisProbe(redis, `${cluster}-${perJob}`);
    await other.clear();
  }
}
