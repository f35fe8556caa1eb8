import type { Clock } from '../../protocol/ports/clock.js';

/** The promise's outcome, or `late()` as a rejection when it has none after `limitMs`. What it does later is of no interest any more. */
export function withinTime<T>(promise: Promise<T>, clock: Clock, limitMs: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(() => reject(late()), limitMs);
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
