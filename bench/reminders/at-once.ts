// Many reminders that are due within the same second, of as many actors that sleep, on several silos.
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetRedis } from '../fleet/fleet-redis.js';
import { Fleet, within } from '../fleet/fleet.js';
import type { FaultReport } from '../fleet/load.js';
import { quantile } from '../fleet/random.js';
import { atLeast, atMost } from '../support/report.js';
import type { Alarm, Fired } from './actors.js';
import { ALARMS, inTurns } from './alarms.js';

const SILOS = 2;
const SECOND_MS = 1000;
/** Setting them must not reach into the second in which they are due. */
const LEAD_MS = 2000;
const LIMIT_MS = 120_000;

/** Each fires once, none before it is due. `aheadMs`: how long setting them may take. */
export async function atOnce(count: number, aheadMs: number, on?: FleetRedis): Promise<FaultReport> {
  await using fleet = await Fleet.start(SILOS, { modules: [ALARMS], ...(on && { on }) });
  const alarm = (index: number) => fleet.caller.actor<Alarm>('rb-alarm', String(index)).with({ timeout: 30_000 });
  const startMs = Date.now();
  const second = Math.ceil((startMs + aheadMs) / SECOND_MS) * SECOND_MS;
  await inTurns(count, (index) => alarm(index).set(second + (index % SECOND_MS)));
  const setMs = Date.now() - startMs;
  const leftMs = second - Date.now();
  await delay(Math.max(0, leftMs + SECOND_MS));
  // A strict look at each, again and again, would be the load: the last ones first, then all.
  const firedOf = async (index: number): Promise<readonly Fired[]> => alarm(index).all();
  let all: readonly (readonly Fired[])[] = [];
  await within(LIMIT_MS, async () => {
    await delay(SECOND_MS);
    all = await inTurns(count, firedOf);
    return all.every((fired) => fired.length > 0);
  });
  const late = all.flatMap((fired) => fired.map(({ due, at }) => at - due));
  return {
    figures: { count, setMs, leftMs, lateP50Ms: quantile(late, 0.5), lateP99Ms: quantile(late, 0.99), latestMs: quantile(late, 1) },
    goals: [
      atLeast('milliseconds between setting the last and the first that is due', leftMs, Math.min(LEAD_MS, aheadMs / 10)),
      atLeast('reminders that fired', all.filter((fired) => fired.length > 0).length, count),
      atMost('that fired twice', all.filter((fired) => fired.length > 1).length, 0),
      atMost('that fired before they were due', late.filter((ms) => ms < 0).length, 0),
    ],
  };
}
