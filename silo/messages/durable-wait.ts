import { printEntityId } from '../../protocol/actor-id.js';
import type { CancelSignal, Envelope } from '../../protocol/envelope.js';
import { CallTimeoutError, CancelledError, LinkLostError } from '../../protocol/errors/index.js';
import type { Clock } from '../../protocol/ports/index.js';

const GOES_ON = 'the call goes on as a message, until it is done or a dead letter';

/** How long the caller of a durable call waits for its result, and what he is told when he stops. */
export class DurableWait {
  readonly deadlineMs: number;
  private readonly timeoutMs: number;
  private readonly signal: CancelSignal | undefined;
  private readonly name: string;

  constructor(envelope: Envelope, private readonly clock: Clock) {
    ({ deadlineMs: this.deadlineMs, timeoutMs: this.timeoutMs, signal: this.signal } = envelope);
    this.name = `${printEntityId(envelope.target)}.${envelope.method}`;
  }

  get isAborted(): boolean {
    return this.signal?.aborted === true;
  }

  /** Nothing is stored yet. */
  refuseAborted(): void {
    if (this.isAborted) throw new CancelledError(`${this.name}: cancelled by its caller before it was made`, { cause: this.signal?.reason });
  }

  /** `work`, or why it is not waited for any longer: it may still be done. */
  async stored<T>(work: Promise<T>): Promise<T> {
    const leftMs = this.deadlineMs - this.clock.monotonicMs();
    if (leftMs === Infinity && !this.signal) return work;
    let stop!: () => void;
    const over = new Promise<never>((_, reject) => {
      const end = (): void => reject(this.isAborted ? new CancelledError(`${this.name}: cancelled by its caller while it was stored; whether it goes on is unknown`, { cause: this.signal?.reason })
        : new CallTimeoutError(`${this.name}: not stored within ${this.timeoutMs} ms; whether it goes on is unknown`, { timeoutMs: this.timeoutMs }));
      const timer = this.clock.setTimer(end, Math.max(0, leftMs));
      this.signal?.addEventListener('abort', end, { once: true });
      stop = () => {
        timer.cancel();
        this.signal?.removeEventListener('abort', end);
      };
    });
    try {
      return await Promise.race([work, over]);
    } finally {
      stop();
    }
  }

  /** Resolves with `work`, or when the caller gives up. */
  async orAborted(work: Promise<void>): Promise<void> {
    const { signal } = this;
    if (!signal) return work;
    let end!: () => void;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', (end = resolve), { once: true }));
    await Promise.race([work, aborted]);
    signal.removeEventListener('abort', end);
  }

  /** Why the caller waits no longer, if that is so. */
  over(last: unknown): Error | undefined {
    if (this.isAborted) return new CancelledError(`${this.name}: cancelled by its caller; ${GOES_ON}`, { cause: this.signal?.reason });
    if (this.clock.monotonicMs() < this.deadlineMs) return undefined;
    const lastly = last instanceof Error && !(last instanceof CallTimeoutError) ? `; at last: ${last.message}` : '';
    return new CallTimeoutError(`${this.name}: no result within ${this.timeoutMs} ms; ${GOES_ON}${lastly}`, { timeoutMs: this.timeoutMs, cause: last });
  }

  stopping(last: unknown): Error {
    return new CancelledError(`${this.name}: this silo is stopping; ${GOES_ON}`, { cause: last });
  }

  abandoned(last: unknown): Error {
    if (last instanceof LinkLostError) return last;
    return new CancelledError(`${this.name}: given up before its outcome was certain; whether it goes on as a message is unknown`, { cause: last });
  }
}
