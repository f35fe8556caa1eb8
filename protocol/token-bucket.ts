/** A rate with bursts: `burst` tokens at the start, refilled at `perSecond`. */
export class TokenBucket {
  private tokens: number;
  private filledAtMs: number;

  constructor(private readonly perSecond: number, private readonly burst: number, nowMs: number) {
    this.tokens = burst;
    this.filledAtMs = nowMs;
  }

  /** Takes a token; false when there is none. `nowMs` is monotonic. */
  take(nowMs: number): boolean {
    this.fill(nowMs);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Takes what was used already, also more than there is; returns after how many milliseconds that is made up for. */
  spend(nowMs: number, count: number): number {
    this.fill(nowMs);
    this.tokens -= count;
    return this.tokens >= 0 ? 0 : (-this.tokens * 1000) / this.perSecond;
  }

  private fill(nowMs: number): void {
    this.tokens = Math.min(this.burst, this.tokens + ((nowMs - this.filledAtMs) * this.perSecond) / 1000);
    this.filledAtMs = nowMs;
  }
}
