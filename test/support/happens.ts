import type { ProcessCluster, TestCluster } from '../../silo/testing/index.js';

const STEP_MS = 50;

/** Resolves as soon as `look` says so, which is asked every 50 ms of the cluster's time; rejects after `limitMs`, naming what was awaited. */
export async function happens(t: TestCluster | ProcessCluster, what: string, look: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const sinceMs = t.clock.monotonicMs();
  while (!(await t.clock.until(Promise.resolve(look())))) {
    if (t.clock.monotonicMs() - sinceMs > limitMs) throw new Error(`did not happen within ${limitMs} ms: ${what}`);
    await t.clock.advance(STEP_MS);
  }
}
