// What a thread holds over many turns. One that grows while it blocks is the silo's affair (MemoryWatch); V8's own limit is far away by design.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const EVERY_MS = 1000;
const MB = 2 ** 20;

/** Looks every second; past the limit it says so, and the silo ends the thread: an error that is thrown here user code could swallow. */
export function watchHeap(limitMb: number, tell: (reason: string) => void): void {
  const check = heapCheck(limitMb);
  setInterval(() => {
    try {
      check();
    } catch (error) {
      tell((error as Error).message);
    }
  }, EVERY_MS).unref();
}

/** Throws when this thread holds more than the limit: heap, buffers and WebAssembly memory that a garbage collection leaves. */
export function heapCheck(limitMb: number): () => void {
  let collect: (() => void) | undefined;
  return () => {
    if (heldMb() <= limitMb) return;
    // Garbage does not count, and only a collection tells. It is rare: the heap has outgrown the limit.
    collect ??= collector();
    collect?.();
    const held = heldMb();
    if (held > limitMb) throw new Error(`it holds ${Math.ceil(held)} MB, more than ${limitMb} MB (memoryLimitMb)`);
  };
}

function heldMb(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return (heap + external) / MB;
}

/** `undefined` where this Node does not give it away: then garbage counts. */
function collector(): (() => void) | undefined {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('typeof gc === "function" ? gc : undefined') as (() => void) | undefined;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
