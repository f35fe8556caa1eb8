// Reminders on silos in processes of their own: many that are due in the same second, and those of every second while silos are killed.
//   node dist/bench/reminders.js [--short] [--only words] [--count 10000] [--kills 6] [--redis-cluster]
import { parseArgs } from 'node:util';
import { DescribedRedis } from './fleet/fleet-redis.js';
import type { FaultReport } from './fleet/load.js';
import { acrossKills } from './reminders/across-kills.js';
import { atOnce } from './reminders/at-once.js';
import { finish, type Goal } from './support/report.js';

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false }, only: { type: 'string', default: '' }, count: { type: 'string' }, kills: { type: 'string' }, 'redis-cluster': { type: 'boolean', default: false } } });
const settings = values.short
  ? { count: Number(values.count ?? 500), aheadMs: 8000, kills: Number(values.kills ?? 1) }
  : { count: Number(values.count ?? 10_000), aheadMs: 40_000, kills: Number(values.kills ?? 6) };

const redis = values['redis-cluster'] ? await DescribedRedis.cluster() : undefined;
const PARTS: Readonly<Record<string, () => Promise<FaultReport>>> = {
  'in the same second': () => atOnce(settings.count, settings.aheadMs, redis),
  'every second, across kills': () => acrossKills(settings.kills, redis),
};

const figures: Record<string, unknown> = {};
const goals: Goal[] = [];
for (const [name, run] of Object.entries(PARTS)) {
  if (!new RegExp(values.only).test(name)) continue;
  const report = await run();
  console.log(`${name}: ${JSON.stringify(report.figures)}`);
  figures[name] = report.figures;
  goals.push(...report.goals.map((goal) => ({ ...goal, name: `${name}: ${goal.name}` })));
}
finish({ bench: 'reminders', settings: { ...settings, node: process.version }, figures, goals });
await redis?.[Symbol.asyncDispose]();
process.exit();
