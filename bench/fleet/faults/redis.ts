import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { atMost } from '../../support/report.js';
import { Fleet, within } from '../fleet.js';
import { nobodyElseEnded, underLoad, type FaultReport, type FaultSettings } from '../load.js';
import { between } from '../random.js';

const SETTLE_MS = 3000;
const AWAY_MS = 1500;

/** Redis stands still and goes on: nobody may take the others' silence for their death. */
export async function pausedRedis(settings: FaultSettings & { readonly times: number }): Promise<FaultReport> {
  await using fleet = await Fleet.start(3);
  return await underLoad(fleet, settings, async ({ random }) => {
    const lengths: number[] = [];
    for (let time = 0; time < settings.times; time++) {
      await delay(SETTLE_MS);
      const length = between(200, settings.isShort ? 4000 : 10_000, random);
      lengths.push(length);
      fleet.redis.pause();
      await delay(length);
      fleet.redis.resume();
    }
    await delay(SETTLE_MS);
    const dead = (await fleet.caller.members()).filter(({ status }) => status === 'dead').length;
    return { figures: { pauses: lengths, dead }, goals: [atMost('silos declared dead', dead, 0), nobodyElseEnded(fleet)] };
  });
}

/** Redis is killed and comes back with what its log has. */
export async function killedRedis(settings: FaultSettings): Promise<FaultReport> {
  await using fleet = await Fleet.start(3);
  return await underLoad(fleet, settings, async () => {
    await delay(SETTLE_MS);
    await fleet.redis.kill();
    await delay(AWAY_MS);
    await fleet.redis.restart();
    await delay(SETTLE_MS);
    return { figures: { awayMs: AWAY_MS }, goals: [nobodyElseEnded(fleet)] };
  });
}

/** Redis is emptied: silos that go on would serve an empty world. */
export async function emptiedRedis(): Promise<FaultReport> {
  await using fleet = await Fleet.start(3, { isKeptUp: false });
  const redis = new Redis(fleet.redis.url);
  const startMs = performance.now();
  await redis.flushall();
  redis.disconnect();
  await within(10_000, () => fleet.running.length === 0);
  const tookMs = Math.round(Math.max(...fleet.silos.map(({ endedAtMs = Infinity }) => endedAtMs)) - startMs);
  const quiet = fleet.silos.filter(({ code, stderr }) => code !== 3 || !/the store is another one than this silo joined/.test(stderr)).length;
  return {
    figures: { tookMs, codes: fleet.silos.map(({ code }) => code) },
    goals: [atMost('until the last silo has ended', tookMs, 2000, ' ms'), atMost('silos that did not say why', quiet, 0)],
  };
}
