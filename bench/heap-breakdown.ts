// What an idle actor consists of: bytes by constructor, from snapshots before and after many were activated.
//   node dist/bench/heap-breakdown.js [--actors 10000] [--variant plain|state|component] [--redis redis://127.0.0.1:6379]
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startSilo } from '../silo/index.js';
import { whenAvailable } from './support/available.js';
import { compareHeaps, summarizeHeap } from './support/heap-snapshot.js';
import { VARIANTS, wakeableClass, type Variant } from './support/idle-actors.js';
import { readMemory } from './support/memory.js';
import { finish } from './support/report.js';

const { values } = parseArgs({ options: { actors: { type: 'string', default: '10000' }, variant: { type: 'string', default: 'plain' }, redis: { type: 'string' } } });
const variant = VARIANTS.find((name): name is Variant => name === values.variant);
if (variant === undefined) throw new Error(`--variant ${values.variant}: expected one of ${VARIANTS.join(', ')}`);
const actors = Number(values.actors);
const WARM_UP = 1000;
const WIDTH = 200;

const Class = wakeableClass(variant, '1h');
await using silo = await startSilo({ modules: [Class], redis: values.redis, cluster: `heap-${randomUUID()}`, log: 'silent' });
let serial = 0;

async function activate(count: number): Promise<void> {
  const end = serial + count;
  await Promise.all(Array.from({ length: WIDTH }, async () => {
    while (serial < end) {
      const actor = silo.actor(Class, `actor-${serial++}`);
      await whenAvailable(() => actor.ping());
    }
  }));
}

await activate(WARM_UP);
// The first snapshot leaves things behind that later ones do not.
await summarizeHeap();
const before = await summarizeHeap();
const memoryBefore = await readMemory();
await activate(actors);
const memoryAfter = await readMemory();
const after = await summarizeHeap();

const lines = compareHeaps(before, after, actors);
console.log(`${actors.toLocaleString('en')} idle actors '${variant}', ${values.redis === undefined ? 'embedded' : 'on Redis'}, per actor:\n`);
console.log('| kind | count | bytes |\n|---|---:|---:|');
for (const { kind, count, bytes } of lines) console.log(`| ${kind.replaceAll('|', '\\|')} | ${count.toFixed(2)} | ${bytes.toFixed(1)} |`);
console.log(`| **all lines** | | **${lines.reduce((sum, { bytes }) => sum + bytes, 0).toFixed(1)}** |`);
const heap = (memoryAfter.heap - memoryBefore.heap) / actors;
const rss = (memoryAfter.rss - memoryBefore.rss) / actors;
console.log(`| heap by \`process.memoryUsage()\` | | ${heap.toFixed(1)} |`);
console.log(`| RSS | | ${rss.toFixed(1)} |\n`);
finish({
  bench: 'heap-breakdown', settings: { actors, variant, store: values.redis === undefined ? 'embedded' : 'redis', node: process.version }, figures: { lines, heap, rss }, goals: [],
});
