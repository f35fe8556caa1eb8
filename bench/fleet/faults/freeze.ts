import { setTimeout as delay } from 'node:timers/promises';
import { atLeast, atMost } from '../../support/report.js';
import { Fleet } from '../fleet.js';
import { underLoad, type FaultReport, type FaultSettings } from '../load.js';
import { between, oneOf, quantile } from '../random.js';

const LONGEST_MS = 30_000;
const SETTLE_MS = 1500;
/** A zombie that takes longer has not stopped by itself. */
const PATIENCE_MS = 20_000;

/** SIGSTOP and SIGCONT to one of three: it wakes as if nothing had been, and the others may have buried it. */
export async function freezes(settings: FaultSettings & { readonly times: number }): Promise<FaultReport> {
  await using fleet = await Fleet.start(3);
  return await underLoad(fleet, settings, async ({ random }) => {
    const stops: number[] = [];
    const lengths: number[] = [];
    let leftAlive = 0;
    for (let time = 0; time < settings.times; time++) {
      await delay(SETTLE_MS);
      const victim = oneOf(fleet.running, random);
      const length = between(500, settings.isShort ? 6000 : LONGEST_MS, random);
      lengths.push(length);
      victim.signal('SIGSTOP');
      await delay(length);
      const isZombie = await fleet.isDead(victim);
      const wokeAtMs = performance.now();
      victim.signal('SIGCONT');
      if (!isZombie) continue;
      await Promise.race([victim.ended, delay(PATIENCE_MS)]);
      if (victim.endedAtMs === undefined) leftAlive++;
      else stops.push(victim.endedAtMs - wokeAtMs);
      await fleet.complete();
    }
    await delay(SETTLE_MS);
    return {
      figures: { freezes: lengths, zombies: stops.length, stopP50: Math.round(quantile(stops, 0.5)), stopLongest: Math.round(quantile(stops, 1)) },
      goals: [
        atMost('zombies that did not stop', leftAlive, 0), atLeast('zombies', stops.length, 1),
        atMost(`from waking to the end, the longest of ${stops.length} zombies`, Math.round(Math.max(0, ...stops)), 1000, ' ms'),
      ],
    };
  });
}
