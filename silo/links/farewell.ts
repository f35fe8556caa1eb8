// Farewell: how a link makes sure that what its silo has answered has arrived, before the silo leaves the cluster: the others close their end
// as soon as they see that it is gone, and what is on the way then is lost.
//   F1. The peer is asked whether it has heard all only when nothing is owed any more: what was sent before is ahead of that question.
//   F2. It ends when the peer says so, when the link closes, when nothing has moved for a while, or when the time is over.
import type { Clock } from '../../protocol/ports/clock.js';
import { OutgoingAsk } from './outgoing-ask.js';
import { DRAIN_MS } from './retirement.js';

/** The control message that asks whether all before it has arrived. The link itself answers it. */
export const HEARD = 'link.heard';

/** The link, as its farewell sees it. */
export interface Parting {
  readonly hasEnded: boolean;
  /** Calls of the peer that are not answered, and bytes that have not left. */
  owed(): number;
  send(ask: OutgoingAsk, nowMs: number): void;
}

export interface FarewellLimits {
  readonly timeoutMs: number;
  /** How long nothing may move. */
  readonly stallMs: number;
}

export async function takeLeave(link: Parting, clock: Clock, { timeoutMs, stallMs }: FarewellLimits): Promise<void> {
  const untilMs = clock.monotonicMs() + timeoutMs;
  await whileMoving(link, clock, untilMs, stallMs, () => link.owed());
  if (link.hasEnded || link.owed() > 0) return;
  const nowMs = clock.monotonicMs();
  const ask = new OutgoingAsk(HEARD, undefined, timeoutMs, untilMs, () => undefined);
  // Any answer will do, also that of a silo which does not know the question.
  ask.promise.catch(() => undefined);
  link.send(ask, nowMs);
  await whileMoving(link, clock, untilMs, stallMs, () => (ask.isSettled ? 0 : 1));
  if (!ask.isSettled) ask.cancel('the silo waits no longer');
}

/** F2. Resolves when nothing is left, at the latest. */
async function whileMoving(link: Parting, clock: Clock, untilMs: number, stallMs: number, left: () => number): Promise<void> {
  let last = left();
  let movedMs = clock.monotonicMs();
  while (last > 0 && !link.hasEnded) {
    const nowMs = clock.monotonicMs();
    if (nowMs >= untilMs || nowMs - movedMs >= stallMs) return;
    await new Promise<void>((resolve) => void clock.setTimer(resolve, DRAIN_MS));
    const now = left();
    if (now !== last) movedMs = clock.monotonicMs();
    last = now;
  }
}
