import type { Clock, TimerHandle } from '../../protocol/ports/index.js';

/** False when the work has not ended by then; it goes on. Rejects as the work does. */
export async function endsWithin(clock: Clock, work: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: TimerHandle | undefined;
  const limit = new Promise<boolean>((resolve) => (timer = clock.setTimer(() => resolve(false), limitMs)));
  try {
    return await Promise.race([work.then(() => true), limit]);
  } finally {
    timer?.cancel();
  }
}
