// Silos in processes of their own on a real Redis, under load and under faults: is anything lost, applied twice, answered by two owners, read stale;
// and how long does it take until calls are answered again.
//   node dist/bench/fleet/fleet-faults.js [--short] [--only words] [--seed 7] [--seconds 180] [--times 20]
// Every fault has a Redis and a cluster of its own. A history is judged by counts alone: a counter's value is the number of its writes, and its row
// counts its commits (bench/fleet/history.ts).
import { parseArgs } from 'node:util';
import { finish, type Goal } from '../support/report.js';
import { clusterKills } from './faults/cluster.js';
import { coldActors } from './faults/cold.js';
import { freezes } from './faults/freeze.js';
import { allAtOnce, randomKills, supervisedKills, twoAtOnce } from './faults/kill.js';
import { emptiedRedis, killedRedis, pausedRedis } from './faults/redis.js';
import { sentinelFailovers } from './faults/sentinel.js';
import { stalls } from './faults/stall.js';
import type { FaultReport, FaultSettings } from './load.js';

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, only: { type: 'string', default: '' }, seed: { type: 'string', default: '7' }, seconds: { type: 'string' }, times: { type: 'string' } },
});
const isShort = values.short;
const seconds = Number(values.seconds ?? (isShort ? 15 : 180));
/** How often a fault that comes several times comes: `full`, unless told otherwise. */
const times = (full: number): number => Number(values.times ?? (isShort ? Math.min(3, full) : full));
const settings: FaultSettings = { seed: Number(values.seed), isShort, callers: 24, actors: isShort ? 200 : 1000 };

const FAULTS: Readonly<Record<string, () => Promise<FaultReport>>> = {
  'cold actors': coldActors,
  'random kills': () => randomKills({ ...settings, seconds }),
  'random kills, supervised': () => supervisedKills({ ...settings, seconds }),
  'two of three at once': () => twoAtOnce(settings),
  'all three at once': () => allAtOnce(settings),
  'frozen and woken': () => freezes({ ...settings, times: times(20) }),
  'stalled way to Redis': () => stalls({ ...settings, times: times(20) }),
  'Redis paused': () => pausedRedis({ ...settings, times: times(10) }),
  'Redis killed, back with its log': () => killedRedis(settings),
  'Redis emptied': emptiedRedis,
  'Sentinel, primary': () => sentinelFailovers({ ...settings, durability: 'primary', times: times(isShort ? 1 : 3) }),
  'Sentinel, replicated': () => sentinelFailovers({ ...settings, durability: 'replicated', times: times(isShort ? 1 : 3) }),
  'Redis Cluster, kills, primary': () => clusterKills({ ...settings, durability: 'primary', seconds }),
  'Redis Cluster, kills, replicated': () => clusterKills({ ...settings, durability: 'replicated', seconds }),
};

const wanted = new RegExp(values.only);
const figures: Record<string, unknown> = {};
const goals: Goal[] = [];
for (const [name, inject] of Object.entries(FAULTS)) {
  if (!wanted.test(name)) continue;
  const report = await inject().catch((error: unknown): FaultReport => ({
    figures: { error: error instanceof Error ? error.stack : String(error) },
    goals: [{ name: 'it runs to its end', goal: 'no error', measured: error instanceof Error ? error.message : String(error), isMet: false }],
  }));
  console.log(`${name} (seed ${settings.seed}): ${JSON.stringify(report.figures)}`);
  figures[name] = report.figures;
  goals.push(...report.goals.map((goal) => ({ ...goal, name: `${name}: ${goal.name}` })));
}
finish({ bench: 'fleet-faults', settings: { ...settings, seconds, node: process.version }, figures, goals });
process.exit();
