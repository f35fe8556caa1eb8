// PacedWork. Owns: work that comes in crowds. What each newcomer or leaver costs (an upgrade, an authentication, a goodbye) is small; thousands
// that come or go at once would hold the event loop all the same.
//   A1. In order; so much at a time that everybody else gets a turn in between.
//   A2. What waits is bounded: one more is refused.
const SLICE_MS = 4;
const MAX_WAITING = 10_000;

export class PacedWork {
  private readonly waiting: (() => void)[] = [];
  private next = 0;
  private turn: NodeJS.Immediate | undefined;

  /** Runs `task` when its turn comes; false: too many wait, it will not run. */
  add(task: () => void): boolean {
    if (this.waiting.length - this.next >= MAX_WAITING) return false;
    this.waiting.push(task);
    this.turn ??= setImmediate(this.work);
    return true;
  }

  /** Runs all that waits, now. */
  flush(): void {
    while (this.next < this.waiting.length) this.waiting[this.next++]!();
    this.drop();
  }

  /** What waits will not run. */
  drop(): void {
    if (this.turn) clearImmediate(this.turn);
    this.turn = undefined;
    this.waiting.length = this.next = 0;
  }

  private readonly work = (): void => {
    this.turn = undefined;
    const endMs = performance.now() + SLICE_MS;
    do this.waiting[this.next++]!();
    while (this.next < this.waiting.length && performance.now() < endMs);
    if (this.next < this.waiting.length) this.turn ??= setImmediate(this.work);
    else this.waiting.length = this.next = 0;
  };
}
