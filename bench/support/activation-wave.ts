import { whenAvailable } from './available.js';
import { median } from './rounds.js';

/** Per second. */
export interface WaveRates {
  readonly first: number;
  readonly median: number;
  readonly last: number;
  readonly overall: number;
}

const SLICES = 100;
/** Calls of one strand between two turns of the event loop: what is awaited in memory alone would let nobody else in. */
const YIELD_EVERY = 5;
/** The first and the last 5 %. */
const EDGE = 5;

/** Calls `count` things, each once, `width` under way at once; how many were done per second at the start, at the end and between. */
export async function runWave(count: number, width: number, call: (index: number) => Promise<unknown>): Promise<WaveRates> {
  const sliceSize = Math.max(1, Math.floor(count / SLICES));
  const marks: number[] = [performance.now()];
  let next = 0;
  let done = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    for (let own = 1; next < count; own++) {
      const index = next++;
      await whenAvailable(() => call(index));
      if (++done % sliceSize === 0) marks.push(performance.now());
      if (own % YIELD_EVERY === 0) await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  }));
  const rate = (from: number, to: number): number => ((to - from) * sliceSize * 1000) / (marks[to]! - marks[from]!);
  const slices = marks.length - 1;
  return {
    first: rate(0, Math.min(EDGE, slices)),
    median: median(Array.from({ length: slices }, (_, slice) => rate(slice, slice + 1))),
    last: rate(Math.max(0, slices - EDGE), slices),
    overall: rate(0, slices),
  };
}
