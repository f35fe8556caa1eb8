const PERIOD_MS = 60_000;

/** The silo's own timers keep no process alive; who waits for this must not find the process gone instead. */
export async function keepingAlive<T>(work: Promise<T>): Promise<T> {
  const alive = setInterval(() => undefined, PERIOD_MS);
  try {
    return await work;
  } finally {
    clearInterval(alive);
  }
}
