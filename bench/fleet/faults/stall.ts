import { setTimeout as delay } from 'node:timers/promises';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { atLeast } from '../../support/report.js';
import { Fleet } from '../fleet.js';
import { underLoad, type FaultReport, type FaultSettings } from '../load.js';
import { between } from '../random.js';

const SETTLE_MS = 2500;
const SILOS = 3;

/**
 * The way between one silo and Redis stalls, and what was on it arrives late: the fault that tries the fence itself (protocol.md §9). Fenced
 * commits are counted on the wire. The silos take turns: one that has just been started again has no actors yet, and nothing on its way.
 */
export async function stalls(settings: FaultSettings & { readonly times: number }): Promise<FaultReport> {
  const proxies: Promise<TcpProxy>[] = [];
  await using fleet = await Fleet.start(SILOS, { way: async (redis, index) => (await (proxies[index] ??= TcpProxy.start(redis))).url });
  const ways = await Promise.all(proxies);
  let fenced = 0;
  for (const way of ways) way.onReply = (bytes) => (fenced += bytes.toString('latin1').split('$6\r\nFENCED\r\n').length - 1);
  const report = underLoad(fleet, settings, async ({ random }) => {
    const lengths: number[] = [];
    for (let time = 0; time < settings.times; time++) {
      await fleet.complete();
      await delay(SETTLE_MS);
      const length = settings.isShort ? between(3500, 5000, random) : between(1500, 60_000, random);
      lengths.push(length);
      const way = ways[time % SILOS]!;
      way.stallAll();
      await delay(length);
      way.release();
      await delay(SETTLE_MS);
    }
    await fleet.complete();
    return { figures: { stalls: lengths, fenced }, goals: [atLeast('commits refused by the fence', fenced, settings.isShort ? 1 : 20)] };
  });
  return await report.finally(() => Promise.all(ways.map((way) => way.stop())));
}
