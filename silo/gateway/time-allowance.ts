/** What a client's messages may cost before they wait for others': an allowance of computing time, refilled steadily. */
export class TimeAllowance {
  /** In all, since the beginning. */
  spentMs = 0;
  private leftMs: number;

  constructor(private readonly msPerSecond: number, readonly maxMs: number, private filledAtMs: number) {
    this.leftMs = maxMs;
  }

  /** Whether there is any left. `nowMs` is monotonic. */
  isLeft(nowMs: number): boolean {
    this.leftMs = Math.min(this.maxMs, this.leftMs + ((nowMs - this.filledAtMs) * this.msPerSecond) / 1000);
    this.filledAtMs = nowMs;
    return this.leftMs > 0;
  }

  /** Takes off what was used, also when it is more than is left. */
  spend(usedMs: number): void {
    this.spentMs += usedMs;
    this.leftMs = Math.max(this.leftMs - usedMs, -this.maxMs);
  }
}
