// AlwaysOn. Owns: which actors of always-on types this silo keeps awake, and when it tries again those that cannot be activated.
//   O1. Once activated, an actor is activated again whenever it ends, until it is destroyed or the silo stops.
//   O2. One that fails is tried again with a pause that doubles from one second to one minute.
import type { ActorId } from '../protocol/actor-id.js';
import { printEntityId } from '../protocol/actor-id.js';
import type { Clock, StateStore, TimerHandle } from '../protocol/ports/index.js';
import type { Activation } from './activation/activation.js';
import { ALWAYS_ON_TAG } from './activation/lifecycle.js';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

export class AlwaysOn {
  /** Kept actors, with how often in a row each has failed. */
  private readonly failures = new Map<string, number>();
  private readonly timers = new Map<string, TimerHandle>();

  constructor(private readonly clock: Clock, private readonly activate: (id: ActorId) => void) {}

  /** Wakes those of `isKept` types that an earlier silo left. */
  async wake(store: StateStore, isKept: (id: ActorId) => boolean): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await store.findTagged(ALWAYS_ON_TAG, cursor);
      for (const id of page.ids.filter(isKept)) {
        this.failures.set(printEntityId(id), 0);
        this.activate(id);
      }
      ({ cursor } = page);
    } while (cursor !== undefined);
  }

  /** O1, O2. An actor whose very first activation failed was never on. */
  ended(activation: Activation): void {
    const { id, name } = activation;
    if (activation.isDestroyed) return this.forget(id);
    if (activation.wasActive) {
      this.failures.set(name, 0);
      this.activate(id);
    } else if (this.failures.has(name)) {
      const failed = this.failures.get(name)!;
      this.failures.set(name, failed + 1);
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failed);
      this.timers.get(name)?.cancel();
      this.timers.set(name, this.clock.setTimer(() => this.activate(id), pauseMs));
    }
  }

  /** It was destroyed. */
  forget(id: ActorId): void {
    const name = printEntityId(id);
    this.timers.get(name)?.cancel();
    this.timers.delete(name);
    this.failures.delete(name);
  }

  stop(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }
}
