/** A loop to measure: runs its operation `count` times. Write each as a function of its own, so that the compiler knows nothing of the others. */
export type Loop = (count: number) => Promise<void>;

export interface RoundSettings {
  readonly rounds: number;
  /** How long each loop runs in each round. */
  readonly measureMs: number;
}

/** Between two looks at the clock. */
const BATCH = 2000;

/**
 * Operations per second of each loop, the median of several rounds. The loops take turns within each round, so that what slows the machine
 * slows all of them. A round without record goes first.
 */
export async function measureInTurns<Name extends string>(loops: Readonly<Record<Name, Loop>>, { rounds, measureMs }: RoundSettings): Promise<Record<Name, number>> {
  const names = Object.keys(loops) as Name[];
  const rates = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (const name of names) await rateOf(loops[name], Math.min(measureMs, 1000));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) rates[name].push(await rateOf(loops[name], measureMs));
  }
  return Object.fromEntries(names.map((name) => [name, median(rates[name])])) as Record<Name, number>;
}

/** Operations per second. */
export async function rateOf(loop: Loop, measureMs: number): Promise<number> {
  const start = performance.now();
  let done = 0;
  let elapsed = 0;
  while (elapsed < measureMs) {
    await loop(BATCH);
    done += BATCH;
    elapsed = performance.now() - start;
  }
  return (done * 1000) / elapsed;
}

/** The middle one; `NaN` of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which `share` of them lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
