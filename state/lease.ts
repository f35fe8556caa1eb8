// Lease. Owns: the instant until which this silo may answer.
//   L1. Valid only until (send instant of the last answered beat + length), on the monotonic clock.
//   L2. The wall clock and the monotonic clock must agree: the monotonic one stands still while the machine is suspended, and then others may
//       have declared this silo dead. A drift ends the lease; the next beat that is sent afterwards opens it again.
//   L3. Revoked is final.
//   L4. Its term is counted: whoever watches others must know whether it was valid all the while.
import type { Clock } from '../protocol/ports/clock.js';

const TOLERATED_DRIFT_MS = 500;

export class Lease {
  private endMs = -Infinity;
  private notBeforeMs = -Infinity;
  private offsetMs: number;
  private isRevoked = false;
  /** L4. Rises when the lease has ended and begins again. */
  term = 0;

  constructor(private readonly clock: Pick<Clock, 'now' | 'monotonicMs'>, private readonly lengthMs: number) {
    this.offsetMs = clock.now() - clock.monotonicMs();
  }

  get isValid(): boolean {
    return this.isValidAt(this.clock.monotonicMs());
  }

  /** L1 and L2 in one reading: a suspend sets the wall clock forward. One that is set back makes it true too long. */
  get mayAccept(): boolean {
    return this.clock.now() - this.offsetMs < this.endMs;
  }

  /** When it ends, as of what is known now. */
  get validUntilMs(): number {
    return this.endMs;
  }

  isValidAt(monotonicMs: number): boolean {
    if (monotonicMs >= this.endMs) return false; // L1
    return Math.abs(this.clock.now() - monotonicMs - this.offsetMs) <= TOLERATED_DRIFT_MS; // L2
  }

  /** A beat that was sent at `sentAtMs` (monotonic) was answered. */
  renew(sentAtMs: number): void {
    if (this.isRevoked || sentAtMs < this.notBeforeMs) return;
    if (this.clock.monotonicMs() >= this.endMs) this.term++;
    this.endMs = Math.max(this.endMs, sentAtMs + this.lengthMs);
  }

  /** Called with every beat: the clocks drift apart slowly by nature, so only the drift since the last call counts. */
  checkDrift(): void {
    const monotonicMs = this.clock.monotonicMs();
    const offsetMs = this.clock.now() - monotonicMs;
    if (Math.abs(offsetMs - this.offsetMs) > TOLERATED_DRIFT_MS) {
      this.endMs = -Infinity;
      this.notBeforeMs = monotonicMs;
    }
    this.offsetMs = offsetMs;
  }

  revoke(): void {
    this.isRevoked = true; // L3
    this.endMs = -Infinity;
  }
}
