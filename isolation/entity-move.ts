// EntityMove. Owns: the way of one entity to a class that was loaded anew.
//   M1. It goes at the first moment when nothing of it runs and nothing that it changed is undecided.
//   M2. Where turns overlap there may never be such a moment: new ones are held back now and then, for so short a time that one which another waits
//       for is merely late.
import type { ClassMetadata } from '../decorators/index.js';
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import type { ThreadChanges } from './thread-messages.js';
import type { Run } from './thread-turns.js';
import type { WorkerEntity } from './worker-entity.js';

const HOLD_MS = 50;
/** Between two holds at first; each time it is twice as long. */
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

export class EntityMove {
  private isWaiting = false;
  private readonly held: Run[] = [];
  private holding: TimerHandle | undefined;
  private pauseMs = PAUSE_MS;
  private nextHoldMs = 0;

  constructor(private readonly entity: WorkerEntity, private readonly metadata: ClassMetadata, private readonly clock: Clock) {}

  /** Asked whenever a turn has ended, or something was decided. */
  tryNow(): void {
    const { entity } = this;
    if (entity.isDisposed || entity.openRuns > 0) return;
    if (this.differs) return this.wait(entity.watch?.unsettled() ?? this.settleStrays());
    entity.moveTo(this.metadata);
    this.end();
  }

  /** M2. True: it is begun later. */
  holds(run: Run): boolean {
    const { entity } = this;
    if (!this.holding) {
      if (entity.isDisposed || entity.openRuns === 0 || this.clock.monotonicMs() < this.nextHoldMs) return false;
      this.holding = this.clock.setTimer(() => this.letGo(), HOLD_MS);
    }
    this.held.push(run);
    return true;
  }

  /** Nothing is held from now on. */
  end(): void {
    this.holding?.cancel();
    this.holding = undefined;
    for (const run of this.held.splice(0)) this.entity.begin(run);
  }

  private letGo(): void {
    this.nextHoldMs = this.clock.monotonicMs() + this.pauseMs;
    this.pauseMs = Math.min(2 * this.pauseMs, LONGEST_PAUSE_MS);
    this.end();
    this.tryNow();
  }

  /** The fields of the instance, if there is one, may not be those of the last accepted state. */
  private get differs(): boolean {
    const { isThere, mayDiffer, isChanged } = this.entity;
    return isThere && (mayDiffer || isChanged);
  }

  /** What differs is no unit's: it is taken. Resolves when that is done, or a turn has begun meanwhile. What cannot be saved goes with the instance. */
  private async settleStrays(): Promise<void> {
    const { entity } = this;
    const { thread, turnsBegun, staged } = entity;
    const strays = entity.mayDiffer ? await thread.stage(entity).catch(() => undefined) : staged;
    if (turnsBegun !== entity.turnsBegun || thread !== entity.thread || entity.watch?.unsettled()) return;
    entity.mayDiffer = false;
    entity.staged = entity.stageFailure = undefined;
    if (strays && strays.saved.size + strays.lazy.size + strays.manual.size > 0) entity.takeStrays(strays as ThreadChanges);
  }

  /** Units that are open or commit decide, and say so; where they do not concern it, their end is waited for. */
  private wait(settled: Promise<void>): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    const again = (): void => {
      this.isWaiting = false;
      // A later one may have taken its place.
      if (this.entity.move === this) this.tryNow();
    };
    settled.then(again, again);
  }
}
