/** No measure of anything: how long a test hangs before it says where. */
const LIMIT_MS = 20_000;

/** Resolves as soon as `isReached` holds, asking after every round of the event loop; rejects after 20 s naming the phase. */
export async function phase(name: string, isReached: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!(await isReached())) {
    if (performance.now() > deadline) throw new Error(`phase "${name}" was not reached within ${LIMIT_MS / 1000} s`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
