// Lease. Owns: the instant until which this silo may answer.
//   L1. Valid only until (send instant of the last answered beat + length), on the monotonic clock.
//   L2. The wall clock and the monotonic clock must agree: the monotonic one stands still while the machine is suspended, and then others may
//       have declared this silo dead. A drift ends the lease; the next beat that is sent afterwards opens it again.
//   L3. Revoked is final.
//   L4. Its term is counted: whoever watches others must know whether it was valid all the while. A loop that was blocked for longer than a lease
//       counts a new one, also when its thread renewed the lease meanwhile: it has not watched.
import type { Clock } from '../protocol/ports/clock.js';
import { REVOKED, type SharedPulse } from './shared-pulse.js';

const TOLERATED_DRIFT_MS = 500;

/** What a lease reads of a pulse. */
export type LeasePulse = Pick<SharedPulse, 'glance' | 'version' | 'endMs'>;

export class Lease {
  private endMs = -Infinity;
  private notBeforeMs = -Infinity;
  private offsetMs: number;
  private isRevoked = false;
  private pulse: LeasePulse | undefined;
  private seenVersion = 0;
  /** L4. Rises when the lease has ended and begins again. */
  term = 0;

  constructor(private readonly clock: Pick<Clock, 'now' | 'monotonicMs'>, private readonly lengthMs: number) {
    this.offsetMs = clock.now() - clock.monotonicMs();
  }

  /** From now on it is also renewed, and revoked, by what a thread writes there. */
  follow(pulse: LeasePulse): void {
    this.pulse = pulse;
  }

  get isValid(): boolean {
    return this.isValidAt(this.clock.monotonicMs());
  }

  /** L1 and L2 in one reading: a suspend sets the wall clock forward. One that is set back makes it true too long. */
  get mayAccept(): boolean {
    this.catchUp();
    return this.clock.now() - this.offsetMs < this.endMs;
  }

  /** When it ends, as of what is known now. */
  get validUntilMs(): number {
    this.catchUp();
    return this.endMs;
  }

  isValidAt(monotonicMs: number): boolean {
    this.catchUp();
    if (monotonicMs >= this.endMs) return false; // L1
    return Math.abs(this.clock.now() - monotonicMs - this.offsetMs) <= TOLERATED_DRIFT_MS; // L2
  }

  /** A beat that was sent at `sentAtMs` (monotonic) was answered. */
  renew(sentAtMs: number): void {
    this.extend(sentAtMs, sentAtMs + this.lengthMs);
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

  /** What the thread wrote since the last look. Asked with every call: as a rule there is nothing new. */
  private catchUp(): void {
    const { pulse } = this;
    if (pulse === undefined || pulse.glance === this.seenVersion) return;
    this.seenVersion = pulse.version;
    if (this.seenVersion === REVOKED) return this.revoke();
    const { endMs } = pulse;
    this.extend(endMs - this.lengthMs, endMs);
  }

  private extend(sentAtMs: number, endMs: number): void {
    if (this.isRevoked || sentAtMs < this.notBeforeMs) return;
    if (this.clock.monotonicMs() >= this.endMs) this.term++;
    this.endMs = Math.max(this.endMs, endMs);
  }
}
