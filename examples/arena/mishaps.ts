// Ways in which code ends the thread that it runs in. Each is a program's mistake that somebody has made before; none of them returns.
export type Mishap = 'throw' | 'exit' | 'loop' | 'memory';

export const MISHAPS: Readonly<Record<Mishap, () => Promise<never>>> = {
  /** Nobody awaits it, so nobody catches it. */
  throw: () => new Promise(() => setTimeout(() => {
    throw new Error('thrown where nobody catches it');
  }, 0)),

  exit: () => process.exit(7),

  /** `turnLimit` ends it. */
  loop: () => {
    for (;;);
  },

  /** `memoryLimitMb` ends it. */
  memory: () => {
    const kept: unknown[] = [];
    for (;;) kept.push(new Array(100_000).fill(kept.length));
  },
};
