// One broadcast with receipts to many listeners on another silo, in another process.
//   node dist/bench/messages-broadcast.js [--redis redis://127.0.0.1:6379|cluster] [--listeners 100000] [--rounds 3]
// Without `--redis` it starts one of its own. The listeners' silo wakes them in the first broadcast; the later ones find them awake.
import { randomUUID } from 'node:crypto';
import { setInterval } from 'node:timers';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { startSilo } from '../silo/index.js';
import { Child } from './client-port/child.js';
import { Called, Crier, Hearer } from './messages/actors.js';
import { openBenchRedis, redisSource } from './support/bench-redis.js';
import { readMemory } from './support/memory.js';
import { atLeast, atMost, finish } from './support/report.js';

const { values } = parseArgs({ options: { redis: { type: 'string' }, listeners: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' } } });
const [listeners, rounds] = [values.listeners, values.rounds].map(Number) as [number, number];
const WIDTH = 1000;
const MB = 2 ** 20;
const SAMPLE_MS = 10;

await using redis = await openBenchRedis(values.redis);
const cluster = `broadcast-${randomUUID()}`;
await using child = new Child<{ readonly arrived: number }>('../messages/listening-process.js', [redis.text, cluster, 'hearers']);
await child.next();
const silo = await startSilo({ modules: [Crier], redis: redisSource(redis.text), cluster, log: 'error' });
const crier = silo.actor(Crier, 'crier');
const bindingStart = performance.now();
for (let at = 0; at < listeners; at += WIDTH) {
  await Promise.all(Array.from({ length: Math.min(WIDTH, listeners - at) }, (_, i) => crier.bind(Called, silo.actor(Hearer, `h${at + i}`))));
}
const bindingsPerSecond = Math.round((listeners * 1000) / (performance.now() - bindingStart));

const rows: { readonly round: number; readonly receivedMs: number; readonly processedMs: number; readonly peakHeapMb: number; readonly longestStallMs: number; readonly delivered: number }[] = [];
for (let round = 1; round <= rounds; round++) {
  const { heap } = await readMemory();
  let peak = heap;
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().heapUsed)), SAMPLE_MS);
  const stalls = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  stalls.enable();
  const start = performance.now();
  const broadcast = silo.broadcast(await crier.cry());
  const received = broadcast.received.then(() => performance.now() - start);
  const { delivered, failed } = await broadcast.processed;
  const processedMs = performance.now() - start;
  clearInterval(sampling);
  stalls.disable();
  if (failed.length > 0) throw new Error(`${failed.length} listeners failed: ${String(failed[0]!.error)}`);
  rows.push({ round, receivedMs: Math.round(await received), processedMs: Math.round(processedMs), peakHeapMb: Math.round((peak - heap) / MB), longestStallMs: Math.round(stalls.max / 1e6), delivered });
}
const { arrived } = await child.ask({ arrived: true });
await silo.stop();

console.table(rows);
const most = (pick: (row: (typeof rows)[number]) => number): number => Math.max(...rows.map(pick));
finish({
  bench: 'messages-broadcast', settings: { listeners, rounds }, figures: { rows, bindingsPerSecond },
  goals: [
    atLeast('listeners that processed each broadcast', Math.min(...rows.map(({ delivered }) => delivered)), listeners),
    atMost('turns beyond one for each listener and broadcast', arrived - listeners * rounds, 0),
    atMost('heap of the emitter\'s silo beyond its rest, at the peak', most(({ peakHeapMb }) => peakHeapMb), 200, ' MB'),
    atMost('longest stall of the emitter\'s silo', most(({ longestStallMs }) => longestStallMs), 250, ' ms'),
  ],
});
