/** Resolves as soon as `isReached` holds, asking after every round of the event loop; rejects after 5 s naming the phase. */
export async function phase(name: string, isReached: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!(await isReached())) {
    if (performance.now() > deadline) throw new Error(`phase "${name}" was not reached within 5 s`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
