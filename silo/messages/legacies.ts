// Legacies. Owns: what silos that died have left, until its share of that is looked after.
//   L1. Their sets are sealed before they are read: what is found is all.
//   L2. An actor is struck out of the dead silo's set after it has been woken, which relays what is in its outbox and looks into its inbox.
//   L3. It is over when nothing is left of anybody's share: who should look after that may die before it did.
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import type { Incarnation, TimerHandle } from '../../protocol/ports/index.js';
import type { MessageParts } from './message-parts.js';

const PAGE = 500;
const WIDTH = 64;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** While others look after theirs. */
const OTHERS_PAUSE_MS = 2000;

/** What is left of a dead silo: nothing, or others' shares, or some of its own. */
type Left = 'nothing' | 'others' | 'own';

export class Legacies {
  private readonly timers = new Map<Incarnation, TimerHandle>();
  private readonly open = new Set<Incarnation>();
  private isStopped = false;

  /** `takeOver` rejects when it did not work. */
  constructor(private readonly parts: Pick<MessageParts, 'store' | 'clock' | 'log' | 'dirty'>, private readonly takeOver: (id: ActorId) => Promise<void>) {}

  /** Looks after its share, as it is at that time, again and again until nothing of the whole is left. */
  inherit(dead: Incarnation, isMine: (id: ActorId) => boolean): void {
    if (this.isStopped || this.open.has(dead)) return;
    this.open.add(dead);
    void this.tryAll(dead, isMine, FIRST_PAUSE_MS);
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers.values()) timer.cancel();
  }

  private async tryAll(dead: Incarnation, isMine: (id: ActorId) => boolean, pauseMs: number): Promise<void> {
    const left = await this.once(dead, isMine).catch((error: unknown): Left => {
      this.parts.log.warn({ err: error, dead }, 'what a dead silo left could not be looked after; it is tried again');
      return 'own';
    });
    if (left === 'nothing' || this.isStopped) {
      this.open.delete(dead);
      this.timers.delete(dead);
      return;
    }
    const [now, next] = left === 'others' ? [OTHERS_PAUSE_MS, FIRST_PAUSE_MS] : [pauseMs, Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)];
    this.timers.set(dead, this.parts.clock.setTimer(() => void this.tryAll(dead, isMine, next), now));
  }

  private async once(dead: Incarnation, isMine: (id: ActorId) => boolean): Promise<Left> {
    const { store } = this.parts;
    await store.sealDirty(dead);
    let cursor: string | undefined;
    let left: Left = 'nothing';
    do {
      const page = await store.dirty(dead, PAGE, cursor);
      const mine = page.ids.filter(isMine);
      if (mine.length < page.ids.length && left === 'nothing') left = 'others';
      for (let at = 0; at < mine.length && !this.isStopped; at += WIDTH) {
        const taken = await Promise.all(mine.slice(at, at + WIDTH).map((id) => this.take(id)));
        const done = mine.slice(at, at + WIDTH).filter((_, i) => taken[i]);
        if (done.length > 0) await store.clean(dead, done);
        if (done.length < taken.length) left = 'own';
      }
      ({ cursor } = page);
    } while (cursor !== undefined && !this.isStopped);
    return left;
  }

  /** L2. This silo's before it is not the dead one's any more. */
  private async take(id: ActorId): Promise<boolean> {
    try {
      await this.parts.dirty.note(id);
      await this.takeOver(id);
      return true;
    } catch (error) {
      this.parts.log.debug({ err: error, actor: printEntityId(id) }, 'an actor that a dead silo left could not be woken yet');
      return false;
    }
  }
}
