// PacedQueue. Owns: work that may wait a little, for many who want it done.
//   P1. In order of arrival, a slice to a turn of the loop. Then it rests, in proportion to what the whole turn took, whoever used the time:
//       the busier the loop, the less of it is taken.
//   P2. It rests also when nothing waits: who comes again and again, one at a time, is no cheaper than many at once.
//   P3. What waits is bounded.
import Denque from 'denque';

/** P1. */
const SLICE_MS = 2;
const REST_FACTOR = 2;
const MAX_REST_MS = 200;
/** Less is not worth a timer. */
const MIN_REST_MS = 1;

/** Does pieces of work, at most a third of the loop's time. */
export class PacedQueue {
  private readonly waiting = new Denque<() => void>();
  private isAtWork = false;

  /** `limit`: how many pieces may wait. */
  constructor(private readonly limit = Infinity) {}

  get length(): number {
    return this.waiting.length;
  }

  /** Takes a piece of work, which does not throw. False when too many wait (P3). */
  add(work: () => void): boolean {
    if (this.waiting.length >= this.limit) return false;
    this.waiting.push(work);
    if (!this.isAtWork) {
      this.isAtWork = true;
      setImmediate(this.turn);
    }
    return true;
  }

  /** Does at once all that waits, and what that brings about. */
  flush(): void {
    for (let work = this.waiting.shift(); work; work = this.waiting.shift()) work();
  }

  private readonly turn = (): void => {
    const startMs = performance.now();
    for (const endMs = startMs + SLICE_MS; performance.now() < endMs; ) {
      const work = this.waiting.shift();
      if (work === undefined) break;
      work();
    }
    // In the next turn: what the work left to microtasks, and the answers that it brought about, count as well.
    setImmediate(this.rest, startMs);
  };

  private readonly rest = (startMs: number): void => {
    const restMs = Math.min(MAX_REST_MS, REST_FACTOR * (performance.now() - startMs));
    if (restMs >= MIN_REST_MS) setTimeout(this.goOn, restMs).unref();
    else this.goOn();
  };

  private readonly goOn = (): void => {
    if (this.waiting.length > 0) setImmediate(this.turn);
    else this.isAtWork = false;
  };
}
