// Reminders of every second, whose actors' silo is killed again and again.
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetRedis } from '../fleet/fleet-redis.js';
import { Fleet } from '../fleet/fleet.js';
import { insist } from '../fleet/insist.js';
import type { FaultReport } from '../fleet/load.js';
import { quantile } from '../fleet/random.js';
import { atLeast, atMost } from '../support/report.js';
import type { Alarm, Fired } from './actors.js';
import { ALARMS, inTurns } from './alarms.js';

const SILOS = 3;
const ACTORS = 20;
const BETWEEN_MS = 9000;
const PERIOD_MS = 1000;
const INSIST = { timeout: 20_000 };

/** From each due time to the next there is one firing, or it is counted as missed; none is twice. */
export async function acrossKills(kills: number, on?: FleetRedis): Promise<FaultReport> {
  await using fleet = await Fleet.start(SILOS, { modules: [ALARMS], ...(on && { on }) });
  const alarm = (index: number) => fleet.caller.actor<Alarm>('rb-alarm', `s${index}`).with(INSIST);
  await inTurns(ACTORS, (index) => alarm(index).repeat());
  for (let kill = 0; kill < kills; kill++) {
    await delay(BETWEEN_MS / 2);
    const where = await alarm(0).manage.activation();
    const host = fleet.running.find(({ siloId }) => siloId === where?.silo) ?? fleet.running[0]!;
    host.signal('SIGKILL');
    await delay(BETWEEN_MS / 2);
    await fleet.complete();
  }
  await inTurns(ACTORS, (index) => insist(() => alarm(index).end()));
  const all = await inTurns(ACTORS, (index) => insist(() => alarm(index).all()));
  const fired = all.flat();
  const gaps = all.flatMap((each) => each.slice(1).map(({ at }, i) => at - each[i]!.at));
  const missed = fired.reduce((sum, each) => sum + each.missed, 0);
  return {
    figures: { kills, firings: fired.length, missed, gapP50Ms: quantile(gaps, 0.5), gapP99Ms: quantile(gaps, 0.99), longestGapMs: quantile(gaps, 1) },
    goals: [
      atLeast('firings', fired.length, ACTORS * kills),
      atMost('due times that were neither fired nor counted as missed, or twice', all.map(unaccounted).reduce((sum, each) => sum + each, 0), 0),
      atMost('from a kill to the next firing, the longest', Math.round(Math.max(...gaps)), 8000, ' ms'),
    ],
  };
}

/** To the next firing there are as many periods as this one says that it stands for. */
function unaccounted(fired: readonly Fired[]): number {
  return fired.slice(1).filter(({ due }, i) => due - fired[i]!.due !== PERIOD_MS * (1 + fired[i]!.missed)).length;
}
