import type { Clock, TimerHandle } from '../protocol/ports/index.js';

/** True when the work ends in time; rejects as it does. */
export async function endsWithin(clock: Clock, work: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: TimerHandle | undefined;
  const limit = new Promise<boolean>((resolve) => (timer = clock.setTimer(() => resolve(false), limitMs)));
  try {
    return await Promise.race([work.then(() => true), limit]);
  } finally {
    timer?.cancel();
  }
}
