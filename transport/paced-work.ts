// PacedWork. Owns: work that comes in crowds. What each newcomer or leaver costs (an upgrade, an authentication, a goodbye) is small; thousands
// that come or go at once would hold the event loop all the same.
//   A1. In order; so much at a time that everybody else gets a turn in between.
//   A2. What waits is bounded: one more is turned away. Each piece of work is done or turned away, once.
import Denque from 'denque';

const SLICE_MS = 4;
const MAX_WAITING = 10_000;

interface Task {
  readonly run: () => void;
  readonly turnAway: () => void;
}

export class PacedWork {
  private readonly waiting = new Denque<Task>();
  private turn: NodeJS.Immediate | undefined;

  constructor(private readonly limit = MAX_WAITING) {}

  /** Calls `run` when its turn comes; or `turnAway`, when too many wait or nothing is done any more. */
  add(run: () => void, turnAway: () => void): void {
    if (this.waiting.length >= this.limit) return turnAway();
    this.waiting.push({ run, turnAway });
    this.turn ??= setImmediate(this.work);
  }

  /** Does all that waits, now. */
  flush(): void {
    this.rest();
    for (let task = this.waiting.shift(); task; task = this.waiting.shift()) task.run();
  }

  /** Turns all away that wait. */
  drop(): void {
    this.rest();
    for (let task = this.waiting.shift(); task; task = this.waiting.shift()) task.turnAway();
  }

  private rest(): void {
    if (this.turn) clearImmediate(this.turn);
    this.turn = undefined;
  }

  private readonly work = (): void => {
    this.turn = undefined;
    const endMs = performance.now() + SLICE_MS;
    try {
      do this.waiting.shift()?.run();
      while (this.waiting.length > 0 && performance.now() < endMs);
    } finally {
      if (this.waiting.length > 0) this.turn ??= setImmediate(this.work);
    }
  };
}
