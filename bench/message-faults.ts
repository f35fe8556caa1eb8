// Messages among silos in processes of their own on a real Redis, under faults: is what was committed applied once and in order, how soon after a death,
// and are receipts true.
//   node dist/bench/message-faults.js [--short] [--only words] [--seed 7] [--events 100000] [--rate 400] [--faults kills,stalls] [--redis-cluster] [--broken marks|early|legacies|low]
// `--broken` leaves out a rule of the protocol (bench/message-faults/sabotage.ts): the run must fail then.
import { parseArgs } from 'node:util';
import { DescribedRedis } from './fleet/fleet-redis.js';
import type { FaultReport } from './fleet/load.js';
import { SABOTAGE_VARIABLE } from './message-faults/sabotage-variable.js';
import { finish, type Goal } from './support/report.js';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false }, only: { type: 'string', default: '' }, seed: { type: 'string', default: '7' }, events: { type: 'string' }, rate: { type: 'string' },
    faults: { type: 'string' }, 'redis-cluster': { type: 'boolean', default: false }, broken: { type: 'string' },
  },
});
// The silo of this process breaks with the others; what it loads looks at this first.
if (values.broken !== undefined) process.env[SABOTAGE_VARIABLE] = values.broken;
await import('./message-faults/sabotage.js');
const { isFault } = await import('./message-faults/faults.js');
const { numbered } = await import('./message-faults/numbered.js');
const { receipts } = await import('./message-faults/receipts.js');

const seed = Number(values.seed);
const settings = values.short
  ? { events: Number(values.events ?? 1000), emitters: 25, listeners: 60, rate: Number(values.rate ?? 100), faults: ['kills', 'lostReplies', 'stalls', 'cuts'], pauseMs: 500 } as const
  : {
    events: Number(values.events ?? 100_000), emitters: 100, listeners: 1000, rate: Number(values.rate ?? 400),
    faults: ['kills', 'lateReplies', 'stalls', 'cuts', 'kills', 'lostReplies', 'freezes'], pauseMs: 3000,
  } as const;
// Only faults that need no way of their own to Redis.
const redis = values['redis-cluster'] ? await DescribedRedis.cluster() : undefined;
const faults = values.faults?.split(',').filter(isFault) ?? (redis ? ['kills', 'freezes'] as const : settings.faults);
const least = redis ? { fenced: 0, known: 0 } : values.short ? { fenced: 1, known: 10 } : { fenced: 10, known: 500 };

const PARTS: Readonly<Record<string, () => Promise<FaultReport>>> = {
  'numbered messages': () => numbered({ seed, ...settings, faults, atLeast: least, on: redis }),
  'receipts': () => receipts(values.short ? 1 : 10, redis),
};

const figures: Record<string, unknown> = {};
const goals: Goal[] = [];
for (const [name, run] of Object.entries(PARTS)) {
  if (!new RegExp(values.only).test(name)) continue;
  const report = await run().catch((error: unknown): FaultReport => ({
    figures: { error: error instanceof Error ? error.stack : String(error) },
    goals: [{ name: 'it runs to its end', goal: 'no error', measured: error instanceof Error ? error.message : String(error), isMet: false }],
  }));
  console.log(`${name} (seed ${seed}): ${JSON.stringify(report.figures)}`);
  figures[name] = report.figures;
  goals.push(...report.goals.map((goal) => ({ ...goal, name: `${name}: ${goal.name}` })));
}
finish({ bench: 'message-faults', settings: { ...settings, seed, broken: values.broken, node: process.version }, figures, goals });
await redis?.[Symbol.asyncDispose]();
process.exit();
