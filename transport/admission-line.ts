// AdmissionLine. Owns: who waits to be let in. What each newcomer costs (an upgrade, a handshake, an authentication) is small; thousands that
// come at once would hold the event loop all the same.
//   A1. In order of arrival; so much at a time that those who are inside get their turn in between.
//   A2. Who waits is bounded: one more is refused.
const SLICE_MS = 4;
const MAX_WAITING = 10_000;

export class AdmissionLine {
  private readonly waiting: (() => void)[] = [];
  private next = 0;
  private turn: NodeJS.Immediate | undefined;

  /** Runs `admit` when its turn comes; false: too many wait, it will not run. */
  join(admit: () => void): boolean {
    if (this.waiting.length - this.next >= MAX_WAITING) return false;
    this.waiting.push(admit);
    this.turn ??= setImmediate(this.work);
    return true;
  }

  /** Nobody is let in any more. */
  stop(): void {
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
