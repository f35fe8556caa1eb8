import { setTimeout as delay } from 'node:timers/promises';
import { SiloUnavailableError } from '../../sdk/index.js';

const LIMIT_MS = 30_000;
const PAUSE_MS = 50;

/**
 * Calls again while the silo says that it is unavailable: a snapshot or a forced collection of a large heap blocks the loop for longer than
 * a lease lasts, and then the silo answers nobody until its next beat. Rejects after 30 s with the last refusal.
 */
export async function whenAvailable<T>(call: () => Promise<T>): Promise<T> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof SiloUnavailableError) || performance.now() > end) throw error;
      await delay(PAUSE_MS);
    }
  }
}
