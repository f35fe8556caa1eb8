import { printEntityId } from '../../protocol/actor-id.js';
import type { Envelope } from '../../protocol/envelope.js';
import { CallTimeoutError, CancelledError } from '../../protocol/errors/index.js';
import type { Clock } from '../../protocol/ports/index.js';

/** `work`'s outcome; rejects when the call's deadline passes before, or its caller gives up: it did not run then. */
export async function inTime<T>(work: Promise<T>, envelope: Envelope, clock: Clock): Promise<T> {
  const over = watch(envelope, clock, envelope.deadlineMs - clock.monotonicMs());
  try {
    const first = await Promise.race([work, over.promise]);
    if (first !== OVER) return first;
  } finally {
    over.stop();
  }
  work.catch(() => undefined);
  const { signal, timeoutMs } = envelope;
  if (signal?.aborted) throw cancelled(envelope);
  throw new CallTimeoutError(`${nameOf(envelope)}: within ${timeoutMs} ms nobody said which silo has the actor; it did not run`, { timeoutMs });
}

/** Waits before the next try; rejects when that would be past the deadline, or the caller gave up. */
export async function pauseBeforeRetry(ms: number, envelope: Envelope, clock: Clock, reason: unknown): Promise<void> {
  const { timeoutMs, signal } = envelope;
  const leftMs = envelope.deadlineMs - clock.monotonicMs();
  const over = watch(envelope, clock, Math.min(ms, leftMs));
  await over.promise;
  over.stop();
  if (signal?.aborted) throw cancelled(envelope);
  if (leftMs <= ms) throw new CallTimeoutError(`${nameOf(envelope)}: no silo took it within ${timeoutMs} ms${lastly(reason)}`, { timeoutMs, cause: reason });
}

function lastly(reason: unknown): string {
  const told = reason instanceof Error && reason.cause instanceof Error ? reason.cause : reason;
  return told instanceof Error ? `; at last: ${told.message}` : '';
}

const OVER = Symbol('over');
/** Node's timers ring at once beyond it. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Watch {
  readonly promise: Promise<typeof OVER>;
  stop(): void;
}

/** Resolves after `ms` (never, if that is infinite), or when the caller gives up. */
function watch({ signal }: Envelope, clock: Clock, ms: number): Watch {
  let done!: () => void;
  const promise = new Promise<typeof OVER>((resolve) => (done = () => resolve(OVER)));
  const timer = ms === Infinity ? undefined : clock.setTimer(done, Math.min(LONGEST_TIMER_MS, Math.max(0, ms)));
  signal?.addEventListener('abort', done, { once: true });
  if (signal?.aborted) done();
  return {
    promise,
    stop: () => {
      timer?.cancel();
      signal?.removeEventListener('abort', done);
    },
  };
}

function cancelled(envelope: Envelope): CancelledError {
  return new CancelledError(`${nameOf(envelope)}: cancelled by its caller`, { cause: envelope.signal?.reason });
}

function nameOf({ target, method }: Envelope): string {
  return `${printEntityId(target)}.${method}`;
}
