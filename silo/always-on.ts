// AlwaysOn. Owns: which actors of always-on types this silo keeps awake, and when it tries again those that cannot be activated.
//   O1. Once activated, an actor is activated again whenever it ends, until it is destroyed or the silo stops.
//   O2. One that fails, or ends within a second of being activated again, is tried again with a pause that doubles from one second to one minute.
//   O3. Once a silo's death is known, its actors are looked for until the store has told of all of them, with the same pauses, or this silo stops.
import type { ActorId } from '../protocol/actor-id.js';
import { printEntityId } from '../protocol/actor-id.js';
import type { Clock, Logger, StateStore, TimerHandle } from '../protocol/ports/index.js';
import type { Activation } from './activation/activation.js';
import { ALWAYS_ON_TAG } from './activation/give-up.js';

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
  /** O3. The newest search; it finds what earlier ones looked for. */
  private search = 0;
  private isStopped = false;
  private searchTimer: TimerHandle | undefined;

  constructor(private readonly clock: Clock, private readonly log: Logger, private readonly activate: (id: ActorId) => void) {}

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

  /** O3: `wake`, again and again until it succeeds. */
  keepWaking(store: StateStore, isKept: (id: ActorId) => boolean): void {
    if (this.isStopped) return;
    this.searchTimer?.cancel();
    void this.tryToWake(store, isKept, ++this.search, FIRST_PAUSE_MS);
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
    this.isStopped = true;
    this.searchTimer?.cancel();
  }

  private async tryToWake(store: StateStore, isKept: (id: ActorId) => boolean, search: number, pauseMs: number): Promise<void> {
    try {
      await this.wake(store, isKept);
    } catch (error) {
      if (search !== this.search || this.isStopped) return;
      this.log.warn({ err: error }, 'always-on actors of a dead silo could not be looked for; it is tried again');
      const next = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
      this.searchTimer = this.clock.setTimer(() => void this.tryToWake(store, isKept, search, next), pauseMs);
    }
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
