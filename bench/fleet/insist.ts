import { setTimeout as delay } from 'node:timers/promises';

const INSIST_MS = 60_000;
const PAUSE_MS = 100;

/** Calls again for a minute while silos are being replaced; rejects with the last error. */
export async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (const endMs = performance.now() + INSIST_MS; ;) {
    try {
      return await call();
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await delay(PAUSE_MS);
    }
  }
}
