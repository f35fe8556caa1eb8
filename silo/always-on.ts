// AlwaysOn. Owns: which actors of always-on types this silo keeps awake, and when it tries again those that cannot be activated.
//   O1. Once activated, an actor is activated again whenever it ends, until it is destroyed or the silo stops.
//   O2. One that fails, or ends within a second of being activated again, is tried again with a pause that doubles from one second to one minute.
import type { ActorId } from '../protocol/actor-id.js';
import { printEntityId } from '../protocol/actor-id.js';
import type { Clock, StateStore, TimerHandle } from '../protocol/ports/index.js';
import type { Activation } from './activation/activation.js';
import { ALWAYS_ON_TAG } from './activation/lifecycle.js';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

interface Kept {
  /** How often in a row it has failed or ended at once. */
  failures: number;
  /** When it was last activated from here, on the monotonic clock. */
  startedMs: number;
}

export class AlwaysOn {
  private readonly kept = new Map<string, Kept>();
  private readonly timers = new Map<string, TimerHandle>();

  constructor(private readonly clock: Clock, private readonly activate: (id: ActorId) => void) {}

  /** Wakes those of `isKept` types that an earlier silo left. */
  async wake(store: StateStore, isKept: (id: ActorId) => boolean): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await store.findTagged(ALWAYS_ON_TAG, cursor);
      for (const id of page.ids.filter(isKept)) {
        this.start(id);
      }
      ({ cursor } = page);
    } while (cursor !== undefined);
  }

  /** O1, O2. An actor whose very first activation failed was never on. */
  ended(activation: Activation): void {
    const { id, name } = activation;
    if (activation.isDestroyed) return this.forget(id);
    const kept = this.kept.get(name);
    const lasted = kept === undefined || this.clock.monotonicMs() - kept.startedMs >= FIRST_PAUSE_MS;
    if (activation.wasActive && lasted) this.start(id);
    else if (kept) this.startLater(id, kept);
  }

  /** It was destroyed. */
  forget(id: ActorId): void {
    const name = printEntityId(id);
    this.timers.get(name)?.cancel();
    this.timers.delete(name);
    this.kept.delete(name);
  }

  stop(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }

  private start(id: ActorId): void {
    this.kept.set(printEntityId(id), { failures: 0, startedMs: this.clock.monotonicMs() });
    this.activate(id);
  }

  private startLater(id: ActorId, kept: Kept): void {
    const name = printEntityId(id);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** kept.failures++);
    const restart = (): void => {
      kept.startedMs = this.clock.monotonicMs();
      this.activate(id);
    };
    this.timers.get(name)?.cancel();
    this.timers.set(name, this.clock.setTimer(restart, pauseMs));
  }
}
