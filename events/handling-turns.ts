// HandlingTurns. Owns: how many partitions of one silo hand batches to their handlers at once.
//   HT1. A few at a time, in the order in which they ask: what comes meanwhile is handed over together then, and what is under way at once is
//        little enough to be forgotten while it is young.
//   HT2. Whoever takes long keeps nobody waiting: after a while it does not count any more.
import Denque from 'denque';
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import { SystemClock } from '../protocol/system-clock.js';

const AT_ONCE = 3;
/** HT2. Looked at so often, with a pause before each: a silo that is busy looks later, and its store's answers come first. */
const LOOKS = 3;
const LOOK_EVERY_MS = 20;

export class HandlingTurns {
  private inside = 0;
  private readonly waiting = new Denque<() => void>();

  /** By the machine's clock: one that a test holds still must not hold up those who wait. */
  constructor(private readonly clock: Pick<Clock, 'setTimer'> = new SystemClock()) {}

  /** Resolves when it may begin, with what says that it has ended. That never rejects, and may be called again. */
  enter(): Promise<() => void> {
    return new Promise((resolve) => {
      this.waiting.push(() => resolve(this.begin()));
      this.letIn();
    });
  }

  private begin(): () => void {
    this.inside++;
    let isCounted = true;
    let looks = 0;
    const leave = (): void => {
      if (!isCounted) return;
      isCounted = false;
      timer.cancel();
      this.inside--;
      this.letIn();
    };
    const look = (): void => {
      if (++looks === LOOKS) leave();
      else timer = this.clock.setTimer(look, LOOK_EVERY_MS);
    };
    let timer: TimerHandle = this.clock.setTimer(look, LOOK_EVERY_MS);
    return leave;
  }

  private letIn(): void {
    while (this.inside < AT_ONCE && this.waiting.length > 0) this.waiting.shift()!();
  }
}
