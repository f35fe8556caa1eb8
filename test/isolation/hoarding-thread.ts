// A thread that keeps or drops what it makes, and checks what it holds; it says how that ended.
import { parentPort, workerData } from 'node:worker_threads';
import { heapCheck } from '../../isolation/thread/heap-check.js';

const MB = 2 ** 20;
const kept: unknown[] = [];
const MADE: Readonly<Record<string, () => unknown>> = {
  objects: () => Array.from({ length: 25_000 }, (_, index) => ({ index, text: `${index}` })),
  buffers: () => Buffer.alloc(2 * MB, 1),
};
const { what, count, keeps } = workerData as { readonly what: string; readonly count: number; readonly keeps: boolean };
const check = heapCheck(100);
try {
  check();
  for (let made = 0; made < count; made++) {
    const thing = MADE[what]!();
    if (keeps) kept.push(thing);
  }
  check();
  parentPort!.postMessage(`well, with ${kept.length}`);
} catch (error) {
  parentPort!.postMessage((error as Error).message);
}
