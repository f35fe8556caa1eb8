import { setTimeout as delay } from 'node:timers/promises';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { atLeast } from '../../support/report.js';
import type { Counter } from '../counter.js';
import { Fleet } from '../fleet.js';
import { underLoad, type FaultReport, type FaultSettings } from '../load.js';
import { between } from '../random.js';

const SETTLE_MS = 2500;
/** Deactivations under way. */
const AT_ONCE = 50;

/**
 * The way between one silo and Redis stalls, and what was on it arrives late: the fault that tries the fence itself (protocol.md §9). Fenced
 * commits are counted on the wire.
 */
export async function stalls(settings: FaultSettings & { readonly times: number }): Promise<FaultReport> {
  let proxy: Promise<TcpProxy> | undefined;
  await using fleet = await Fleet.start(3, { way: async (redis, index) => (index === 0 ? (await (proxy ??= TcpProxy.start(redis))).url : redis) });
  await using way = await proxy!;
  let fenced = 0;
  way.onReply = (bytes) => (fenced += bytes.toString('latin1').split('$6\r\nFENCED\r\n').length - 1);
  return await underLoad(fleet, settings, async ({ random }) => {
    const lengths: number[] = [];
    for (let time = 0; time < settings.times; time++) {
      await fleet.complete();
      await spread(fleet, settings.actors, random);
      await delay(SETTLE_MS);
      const length = settings.isShort ? between(3500, 5000, random) : between(1500, 60_000, random);
      lengths.push(length);
      way.stallAll();
      await delay(length);
      way.release();
      await delay(SETTLE_MS);
    }
    await fleet.complete();
    return { figures: { stalls: lengths, fenced }, goals: [atLeast('commits refused by the fence', fenced, settings.isShort ? 1 : 20)] };
  });
}

/** Actors stay where they are, and a silo that has just been started again has none: every other one is put to sleep, and placed anew when it is called. */
async function spread(fleet: Fleet, actors: number, random: () => number): Promise<void> {
  const keys = Array.from({ length: actors }, (_, index) => `c${index}`).filter(() => random() < 0.5);
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    // One that cannot just now stays where it is.
    await Promise.allSettled(keys.slice(at, at + AT_ONCE).map((key) => fleet.caller.actor<Counter>('counter', key).manage.deactivate()));
  }
}
