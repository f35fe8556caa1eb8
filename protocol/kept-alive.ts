const LONGEST_MS = 2 ** 31 - 1;
let waiting = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Keeps the process alive until `work` settles, which is its outcome. Timers of clocks do not: who awaits what only they bring about would end with the process. */
export async function keptAlive<T>(work: Promise<T>): Promise<T> {
  waiting++;
  timer ??= setInterval(() => undefined, LONGEST_MS);
  try {
    return await work;
  } finally {
    if (--waiting === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  }
}
