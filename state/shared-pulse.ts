// SharedPulse. Owns: what a silo's main loop and its heartbeat thread tell each other in shared memory, so that neither has to wait for the other.
//   U1. The loop alone writes its tick, the thread alone the lease's end. Each is one 64-bit word, read and written whole.
//   U2. The end is written before the version rises: who read a version (and did not just glance at it) finds its end, or a later one.
//   U3. Revoked is final (L3), also when the loop is blocked and hears nothing of it.
import type { Clock } from '../protocol/ports/clock.js';
import { ProcessClock } from '../protocol/process-clock.js';

const BYTES = 24;
const TICK = 0;
const END = 1;
/** In 32-bit words: behind the two of 64. */
const VERSION = 4;
const NS_PER_MS = 1e6;
const OFFSET_READINGS = 5;

/** The version once the lease was revoked. */
export const REVOKED = -1;

export class SharedPulse {
  private readonly instants: BigInt64Array;
  private readonly words: Int32Array;

  private constructor(readonly buffer: SharedArrayBuffer, private readonly offsetMs: number) {
    this.instants = new BigInt64Array(buffer, 0, 2);
    this.words = new Int32Array(buffer);
  }

  /** The loop's side. Its instants are those of `clock`, which must run with the machine's. */
  static create(clock: Pick<Clock, 'monotonicMs'>): SharedPulse {
    return new SharedPulse(new SharedArrayBuffer(BYTES), offsetTo(clock));
  }

  /** The thread's side. Its instants are those of `ProcessClock`. */
  static open(buffer: SharedArrayBuffer): SharedPulse {
    return new SharedPulse(buffer, 0);
  }

  /** The version by a plain read: a tenth of the cost, and good enough to see that there is something new. */
  get glance(): number {
    return this.words[VERSION]!;
  }

  /** Rises with every new end. */
  get version(): number {
    return Atomics.load(this.words, VERSION);
  }

  get endMs(): number {
    return this.read(END);
  }

  /** When the main loop last said that it runs. */
  get tickMs(): number {
    return this.read(TICK);
  }

  tick(nowMs: number): void {
    this.write(TICK, nowMs);
  }

  extend(endMs: number): void {
    if (this.version === REVOKED) return;
    this.write(END, endMs);
    Atomics.store(this.words, VERSION, (this.version + 1) & 0x7fff_ffff); // U2
  }

  revoke(): void {
    Atomics.store(this.words, VERSION, REVOKED); // U3
  }

  private read(index: number): number {
    return Number(Atomics.load(this.instants, index)) / NS_PER_MS + this.offsetMs;
  }

  private write(index: number, ms: number): void {
    Atomics.store(this.instants, index, BigInt(Math.floor((ms - this.offsetMs) * NS_PER_MS)));
  }
}

/** What turns a reading of `ProcessClock` into one of `clock`. Never too much, so that no lease lasts too long: `clock` is read first. */
function offsetTo(clock: Pick<Clock, 'monotonicMs'>): number {
  const process = new ProcessClock();
  let offsetMs = -Infinity;
  for (let reading = 0; reading < OFFSET_READINGS; reading++) offsetMs = Math.max(offsetMs, clock.monotonicMs() - process.monotonicMs());
  return offsetMs;
}
