import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes, after garbage was collected. */
export interface MemoryReading {
  readonly heap: number;
  readonly external: number;
  readonly rss: number;
}

let collect: (() => void) | undefined;

/** Collects garbage for good: twice, with a turn of the event loop between, so that what finalizers let go is gone too. */
export async function collectGarbage(): Promise<void> {
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  for (let round = 0; round < 2; round++) {
    collect();
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

/** The memory of this process now, garbage collected first. */
export async function readMemory(): Promise<MemoryReading> {
  await collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed, external, rss };
}
