/** Calls a second with so many in flight all the time, for about `measureMs`. */
export async function callsPerSecond(call: () => Promise<unknown>, inFlight: number, measureMs: number): Promise<number> {
  const startedAt = performance.now();
  const endAt = startedAt + measureMs;
  let count = 0;
  const strand = async (): Promise<void> => {
    while (performance.now() < endAt) {
      await call();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, strand));
  return (count * 1000) / (performance.now() - startedAt);
}

/** The median time of a call that is alone, in microseconds. */
export async function medianMicros(call: () => Promise<unknown>, calls: number): Promise<number> {
  const times = new Float64Array(calls);
  for (let at = 0; at < calls; at++) {
    const startedAt = performance.now();
    await call();
    times[at] = (performance.now() - startedAt) * 1000;
  }
  return times.sort()[calls >> 1]!;
}
