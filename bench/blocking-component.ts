// What others feel of a component that blocks its thread: calls to its sibling, its actor, another actor and that one's component, in quiet
// periods and in blocked ones by turns, in one run.
//   node dist/bench/blocking-component.js [--seconds 5] [--rounds 5]
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { startSilo } from '../silo/index.js';
import { Blocker, Neighbour, Street } from './isolation/blocking.js';
import { Bystander, type BystanderFigures } from './support/bystander.js';
import { atMost, finish } from './support/report.js';
import { median } from './support/rounds.js';

/** What a blocked thread may add to the 99th percentile of anybody's calls. */
const LIMIT_MS = 2;
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '5' } } });
const settings = { periodMs: Number(values.seconds) * 1000, rounds: Number(values.rounds) };

await using silo = await startSilo({ modules: [fileURLToPath(new URL('./isolation/blocking.js', import.meta.url))], log: 'silent' });
const [street, other] = [silo.actor(Street, 'blocked'), silo.actor(Street, 'other')];
const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  'its sibling': () => street.getComponent(Neighbour).add(1), 'its actor': () => street.add(1),
  "another actor's component": () => other.getComponent(Neighbour).add(1), 'another actor': () => other.add(1),
};
for (const call of Object.values(calls)) await call();
const blocker = street.getComponent(Blocker);
await blocker.block(1);

type Period = 'quiet' | 'blocked';
const seen: Readonly<Record<Period, Map<string, BystanderFigures[]>>> = { quiet: new Map(), blocked: new Map() };

async function measure(period: Period, isKept: boolean): Promise<void> {
  const bystanders = Object.entries(calls).map(([name, call]) => [name, new Bystander(call)] as const);
  const looks = await (period === 'blocked' ? blocker.block(settings.periodMs) : delay(settings.periodMs, 1));
  if (looks === 0) throw new Error('blocking-component: the component did not block');
  for (const [name, bystander] of bystanders) {
    const figures = await bystander.stop();
    if (figures.refused > 0) throw new Error(`blocking-component: ${figures.refused} calls to ${name} were refused`);
    if (isKept) seen[period].set(name, [...(seen[period].get(name) ?? []), figures]);
  }
}

// What the first period pays for being the first is nobody's fault.
await measure('quiet', false);
await measure('blocked', false);
for (let round = 0; round < settings.rounds; round++) {
  // Each period is first in every other round.
  for (const period of round % 2 === 0 ? ['quiet', 'blocked'] as const : ['blocked', 'quiet'] as const) await measure(period, true);
}

const of = (period: Period, name: string, figure: 'p50Ms' | 'p99Ms' | 'maxMs'): number => median(seen[period].get(name)!.map((figures) => figures[figure]));
console.log(`${'calls to'.padEnd(28)} ${'p50 quiet'.padStart(10)} ${'blocked'.padStart(10)} ${'p99 quiet'.padStart(10)} ${'blocked'.padStart(10)} ${'max quiet'.padStart(10)} ${'blocked'.padStart(10)}   ms`);
for (const name of Object.keys(calls)) {
  const figures = (['p50Ms', 'p99Ms', 'maxMs'] as const).flatMap((figure) => [of('quiet', name, figure), of('blocked', name, figure)]);
  console.log(`${name.padEnd(28)} ${figures.map((figure) => figure.toFixed(2).padStart(10)).join(' ')}`);
}
finish({
  bench: 'blocking-component',
  settings: { ...settings, node: process.version },
  figures: { p99Ms: Object.fromEntries(Object.keys(calls).map((name) => [name, { quiet: of('quiet', name, 'p99Ms'), blocked: of('blocked', name, 'p99Ms') }])) },
  goals: Object.keys(calls).map((name) => atMost(`a blocked thread adds to the p99 of calls to ${name}`, of('blocked', name, 'p99Ms') - of('quiet', name, 'p99Ms'), LIMIT_MS, ' ms')),
});
