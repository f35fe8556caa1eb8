// OutboxLows. Owns: below which number nothing of one sender is unsettled, for each listener: what its marks need not name.
//   OL1. It is said only what is so: no message to a listener that may still come has a lower number than is said for it.
//   OL2. Nearly always one number says enough: that of the oldest unsettled message. When that stands still (its listener may be hosted nowhere, for half a
//        day) and many have followed it, the outbox is looked at for those in the way, so that the marks of the others' listeners do not grow.
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import { storedEntries } from './stored-message.js';
import type { MessageParts } from './message-parts.js';

/** OL2. How many numbers lie between the oldest unsettled message and the newest before the outbox is looked at. */
const FAR = 1024;
const LOOK_EVERY_MS = 10_000;
/** Of those in the way; where more are, what comes behind them waits to be said. */
const MAX_LOOKED_AT = 10_000;

export class OutboxLows {
  /** The oldest number that is not settled, as far as is known: it may be later, never earlier. */
  low = 0;
  private newest = 0;
  /** OL1, as of a look: every unsettled message below this number is for one of these. */
  private floor = 0;
  private byListener: ReadonlyMap<string, number> = new Map();
  private lookedMs = -Infinity;
  private isLooking = false;

  constructor(private readonly sender: ActorId, private readonly parts: Pick<MessageParts, 'store' | 'clock' | 'log' | 'codec'>) {}

  /** What a delivery to the listener carries. */
  of({ type, key }: ActorId): number {
    if (this.floor <= this.low) return this.low;
    return Math.max(this.low, Math.min(this.floor, this.byListener.get(printEntityId({ type, key })) ?? Infinity));
  }

  /** All numbers up to this one are committed, or will never be. */
  committed(newest: number): void {
    this.newest = Math.max(this.newest, newest);
    if (this.newest - Math.max(this.low, this.floor) <= FAR || this.isLooking) return;
    const nowMs = this.parts.clock.monotonicMs();
    if (nowMs - this.lookedMs < LOOK_EVERY_MS) return;
    this.lookedMs = nowMs;
    void this.look();
  }

  /** OL2. */
  private async look(): Promise<void> {
    const { store, codec, log } = this.parts;
    // OL1: of before the look, since what is committed meanwhile need not be in it.
    const { newest } = this;
    this.isLooking = true;
    try {
      const found = await store.outbox(this.sender, MAX_LOOKED_AT);
      this.see(storedEntries(found, codec()), found.length < MAX_LOOKED_AT ? newest + 1 : found.at(-1)!.sequence);
    } catch (error) {
      log.debug({ err: error, sender: printEntityId(this.sender) }, 'an outbox could not be looked at; marks of what it sent stay as they are');
    }
    this.isLooking = false;
  }

  private see(entries: ReturnType<typeof storedEntries>, end: number): void {
    const byListener = new Map<string, number>();
    let floor = end;
    for (const { sequence, message } of entries) {
      // An event for many may be for anybody.
      if (message.to === 'bound') floor = Math.min(floor, sequence);
      if (message.to !== 'one') continue;
      const { type, key } = message.listener;
      const name = printEntityId({ type, key });
      if (!byListener.has(name)) byListener.set(name, sequence);
    }
    [this.byListener, this.floor] = [byListener, floor];
  }
}
