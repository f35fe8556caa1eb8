// Many actors on one silo: activated, idle, collected again. What one costs, how fast they come and go, and what is left.
//   node dist/bench/million-actors.js [--actors 1000000] [--redis redis://127.0.0.1:6379] [--in-flight 200] [--variant plain|state|component]
//                                     [--idle-after 60s] [--bytes 2000]
// All are activated; a second wave calls each once more, so that the silo's own collector finds all of them idle within a few seconds: its worst
// case. Nothing but the collector ends them. `--idle-after` must be longer than both waves; the default leaves room for 6,000 activations/s.
import { parseArgs } from 'node:util';
import { parseDuration } from '../protocol/duration.js';
import { withHeapOf } from './support/big-heap.js';
import { VARIANTS, type Variant } from './support/idle-actors.js';
import { describeMillion, judgeMillion, measureMillion } from './support/million.js';
import { finish } from './support/report.js';

const { values } = parseArgs({
  options: {
    'actors': { type: 'string', default: '1000000' }, 'redis': { type: 'string' }, 'in-flight': { type: 'string', default: '200' },
    'variant': { type: 'string', default: 'plain' }, 'idle-after': { type: 'string' }, 'bytes': { type: 'string', default: '2000' },
  },
});
const actors = Number(values.actors);
const variant = VARIANTS.find((name): name is Variant => name === values.variant);
if (variant === undefined) throw new Error(`--variant ${values.variant}: expected one of ${VARIANTS.join(', ')}`);

const settings = {
  actors, variant, redis: values.redis, inFlight: Number(values['in-flight']),
  idleAfterMs: values['idle-after'] === undefined ? 5000 + Math.ceil(actors / 6) : parseDuration(values['idle-after'], '--idle-after'),
};

await withHeapOf(1024 + Math.ceil(actors / 200), async () => {
  const figures = await measureMillion(settings);
  console.log(describeMillion(settings, figures));
  const { redis, ...comparable } = settings;
  finish({
    bench: 'million-actors', settings: { ...comparable, store: redis === undefined ? 'embedded' : 'redis', node: process.version },
    figures: { ...figures }, goals: judgeMillion(settings, figures, Number(values.bytes)),
  });
});
