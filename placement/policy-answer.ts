import type { Clock } from '../protocol/ports/clock.js';

/** What comes in the place of an answer that does not come in time. */
export const LATE = Symbol('late');

/**
 * An answer as it is, or, where it is a promise (of whatever library), a promise of it or of `LATE` after `limitMs`. What it does later, a
 * rejection too, is of no interest any more. Throws what looking at it throws.
 */
export function answerOf(answer: unknown, clock: Clock, limitMs: number): unknown {
  if (!isThenable(answer)) return answer;
  return new Promise<unknown>((resolve, reject) => {
    const timer = clock.setTimer(() => resolve(LATE), limitMs);
    Promise.resolve(answer).then(resolve, reject).finally(() => timer.cancel());
  });
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === 'object' && answer !== null && typeof (answer as { readonly then?: unknown }).then === 'function';
}
