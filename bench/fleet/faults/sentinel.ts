import { setTimeout as delay } from 'node:timers/promises';
import type { Durability } from '../../../silo/index.js';
import { Fleet } from '../fleet.js';
import { DescribedRedis } from '../fleet-redis.js';
import { underLoad, type FaultReport, type FaultSettings } from '../load.js';
import { oneOf } from '../random.js';

const SETTLE_MS = 3000;
/** How long silos write to a primary that its replica has left, before one of them is killed. */
const MIDWAY_MS = 200;

/**
 * A primary with one replica behind a Sentinel: SIGKILL to the primary, which comes back, and a failover that the Sentinel is told to make while
 * the primary lives, which deposes it a moment after its replica has left it; with it a silo is killed. What the replica has not received is gone
 * each time: `primary` says how much of it was acknowledged.
 */
export async function sentinelFailovers({ durability, times, ...settings }: FaultSettings & { readonly durability: Durability; readonly times: number }): Promise<FaultReport> {
  await using redis = await DescribedRedis.sentinel();
  const { servers } = redis;
  await using fleet = await Fleet.start(3, { on: redis, durability });
  return await underLoad(fleet, { ...settings, mayLose: durability === 'primary' }, async ({ random }) => {
    const promotedAfterMs: number[] = [];
    for (let time = 0; time < times; time++) {
      await delay(SETTLE_MS);
      const killed = await servers.master();
      const startMs = performance.now();
      await killed.server.kill();
      await servers.promoted(killed);
      promotedAfterMs.push(Math.round(performance.now() - startMs));
      await killed.server.restart();
      await servers.rejoined(killed);
      await delay(SETTLE_MS);
      const deposed = await servers.master();
      await servers.failover(async () => {
        await delay(MIDWAY_MS);
        // Whoever lives writes again what the failover lost. What this one has told comes back as the new primary has it.
        oneOf(fleet.running, random).signal('SIGKILL');
      });
      await servers.rejoined(deposed);
    }
    await delay(SETTLE_MS);
    await fleet.complete();
    return { figures: { failovers: 2 * times, promotedAfterMs }, goals: [] };
  });
}
