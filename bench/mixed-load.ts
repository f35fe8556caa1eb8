// A silo with a gateway under everything at once, for long: what grows, leaks.
//   node dist/bench/mixed-load.js --redis redis://127.0.0.1:6379 [--minutes 30] [--cpu 0.3] [--sample-every 10]
//   node dist/bench/mixed-load.js --redis redis://127.0.0.1:6379 --rounds 10      the short form: three times so many rounds, as fast as they go
// Every sample is taken at a rest: the load pauses until all actors sleep and all its clients have left, so what is left is what stays.
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { runRounds, judgeRounds } from './mixed/counted.js';
import { describeSamples, judgeSamples } from './mixed/judge.js';
import { takeSample, type MixedSample } from './mixed/sample.js';
import { mixedRound } from './mixed/work.js';
import { MixedWorld } from './mixed/world.js';
import { withHeapOf } from './support/big-heap.js';
import { finish } from './support/report.js';

const HEAP_MB = 512;
const WARM_UP_ROUNDS = 10;

const { values } = parseArgs({
  options: {
    'redis': { type: 'string' }, 'minutes': { type: 'string', default: '30' }, 'cpu': { type: 'string', default: '0.3' },
    'sample-every': { type: 'string', default: '10' }, 'rounds': { type: 'string' },
  },
});
if (values.redis === undefined) throw new Error('--redis: give the URL of a Redis; the mixed load needs a real one');
const { redis } = values;

await withHeapOf(HEAP_MB, async () => {
  await using world = await MixedWorld.open(redis);
  if (values.rounds !== undefined) return await counted(world, Number(values.rounds));
  const samples = await timed(world, Number(values.minutes) * 60_000);
  console.log(describeSamples(samples));
  finish({
    bench: 'mixed-load', settings: { minutes: Number(values.minutes), cpu: Number(values.cpu), node: process.version },
    figures: { statistics: world.silo.statistics(), samples }, goals: judgeSamples(samples),
  });
});

async function counted(world: MixedWorld, rounds: number): Promise<void> {
  const figures = await runRounds(world, rounds);
  finish({ bench: 'mixed-load', settings: { rounds, node: process.version }, figures: { ...figures }, goals: judgeRounds(figures) });
}

/** Rounds at a steady pace until the time is over; a sample every so often. */
async function timed(world: MixedWorld, durationMs: number): Promise<readonly MixedSample[]> {
  for (let round = 0; round < WARM_UP_ROUNDS; round++) await mixedRound(world, round);
  let rounds = WARM_UP_ROUNDS;
  const samples = [await takeSample(world, rounds)];
  const end = performance.now() + durationMs;
  let nextSampleMs = performance.now() + Number(values['sample-every']) * 1000;
  while (performance.now() < end) {
    await paced(() => mixedRound(world, rounds++));
    if (performance.now() < nextSampleMs) continue;
    samples.push(await takeSample(world, rounds));
    await world.available();
    console.error(describeSamples(samples.slice(-1)).split('\n').at(-1));
    nextSampleMs = performance.now() + Number(values['sample-every']) * 1000;
  }
  samples.push(await takeSample(world, rounds));
  return samples;
}

/** Waits after `work` for so long that it took no more than its share of a core. */
async function paced(work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  const dueMs = (user + system) / 1000 / Number(values.cpu);
  await delay(Math.max(0, dueMs - (performance.now() - start)));
}
