// Calls into components that run in threads, beside a bare batched echo over a message port in the same run; and what an actor with three such
// components weighs.
//   node dist/bench/threaded-calls.js [--actors 10000] [--seconds 2] [--rounds 3] [--goal 0.4] [--profile]
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { startSilo } from '../silo/index.js';
import { Adder, Crew, Namer, Saver } from './isolation/crew.js';
import { PortEcho } from './isolation/port-echo.js';
import { profile } from './support/cpu-profile.js';
import { atLeast, finish } from './support/report.js';
import { measureInTurns, type Loop } from './support/rounds.js';

const { values } = parseArgs({
  options: {
    actors: { type: 'string', default: '10000' }, seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '3' },
    goal: { type: 'string', default: '0.4' }, profile: { type: 'boolean', default: false },
  },
});
const count = Number(values.actors);
const settings = { rounds: Number(values.rounds), measureMs: Number(values.seconds) * 1000 };
const WIDTHS = [1, 100, 1000];

/** `operation` in `width` strands at once, sharing the count. */
function inFlight(width: number, operation: (serial: number) => Promise<unknown>): Loop {
  let serial = 0;
  const strand = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await operation(serial++);
  };
  return async (times) => void (await Promise.all(Array.from({ length: width }, () => strand(Math.ceil(times / width)))));
}

const memory = (): { heap: number; rss: number } => {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, rss };
};

await using silo = await startSilo({ modules: [fileURLToPath(new URL('./isolation/crew.js', import.meta.url))], log: 'silent' });
const actors = Array.from({ length: count }, (_, index) => silo.actor(Crew, `crew-${index}`));
await actors[0]!.getComponent(Adder).add(0);
const before = memory();
const startedMs = performance.now();
for (let i = 0; i < count; i += 500) await Promise.all(actors.slice(i, i + 500).map((actor) => actor.add(1)));
const activationMs = performance.now() - startedMs;
const after = memory();
const perActor = { heap: (after.heap - before.heap) / count, rss: (after.rss - before.rss) / count };

const some = actors.slice(0, 1000);
const adders = some.map((actor) => actor.getComponent(Adder));
const savers = some.map((actor) => actor.getComponent(Saver));
const namers = some.map((actor) => actor.getComponent(Namer));
for (const namer of namers) await namer.rename('somebody');
const echo = new PortEcho();
const loops: Record<string, Loop> = {};
for (const width of WIDTHS) {
  loops[`echo, ${width}`] = inFlight(width, () => echo.call(1));
  loops[`component, ${width}`] = inFlight(width, (serial) => adders[serial % 1000]!.add(1));
  loops[`read, ${width}`] = inFlight(width, (serial) => adders[serial % 1000]!.read());
  loops[`commit, ${width}`] = inFlight(width, (serial) => savers[serial % 1000]!.add(1));
  loops[`actor inline, ${width}`] = inFlight(width, (serial) => some[serial % 1000]!.add(1));
}
const rates = await measureInTurns(loops, settings);
await echo.stop();

console.log(`\n${count} actors with 3 components in 3 threads: ${Math.round(perActor.heap)} B of heap, ${Math.round(perActor.rss)} B of RSS an actor; ${Math.round((count * 1000) / activationMs).toLocaleString('en')} activations a second`);
console.log(`\n${''.padEnd(24)} ${'per second'.padStart(12)} ${'of the echo'.padStart(12)}`);
for (const [name, rate] of Object.entries(rates)) {
  const width = name.split(', ')[1]!;
  console.log(`${name.padEnd(24)} ${Math.round(rate).toLocaleString('en').padStart(12)} ${(rate / rates[`echo, ${width}`]!).toFixed(3).padStart(12)}`);
}

if (values.profile) {
  const end = performance.now() + settings.measureMs;
  const entries = await profile(async () => { while (performance.now() < end) await loops['component, 100']!(2000); });
  for (const { name, place, selfShare } of entries.slice(0, 25)) console.log(`${(100 * selfShare).toFixed(1).padStart(5)} %  ${name.padEnd(36)} ${place}`);
}

const ratio = (width: number): number => rates[`component, ${width}`]! / rates[`echo, ${width}`]!;
finish({
  bench: 'threaded-calls',
  settings: { ...settings, node: process.version, actors: count },
  figures: { perSecond: rates, perActor, activationsPerSecond: (count * 1000) / activationMs },
  goals: WIDTHS.map((width) => atLeast(`calls into a thread, ${width} in flight, of a bare echo`, ratio(width), Number(values.goal))),
});
