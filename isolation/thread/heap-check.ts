// What a thread holds over many turns. One that grows while it blocks is the silo's affair (MemoryWatch); V8's own limit is far away by design.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const EVERY_MS = 1000;
const MB = 2 ** 20;

/** Ends this thread, by an error that nobody catches, when it holds more than the limit: heap, buffers and WebAssembly memory that garbage collection leaves. */
export function watchHeap(limitMb: number): void {
  let collect: (() => void) | undefined;
  const check = (): void => {
    if (heldMb() <= limitMb) return;
    // Garbage does not count, and only a collection tells. It is rare: the heap has outgrown the limit.
    collect ??= collector();
    collect?.();
    const held = heldMb();
    if (held > limitMb) throw new Error(`it holds ${Math.ceil(held)} MB, more than ${limitMb} MB (memoryLimitMb)`);
  };
  setInterval(check, EVERY_MS).unref();
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
