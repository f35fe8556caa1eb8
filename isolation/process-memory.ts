import { readFileSync } from 'node:fs';
import type { MemoryReader } from './memory-watch.js';

/** Bytes of a page: what one minor fault of a thread makes resident on every Linux that Node has builds for but a few ARM kernels, where it is more. */
const PAGE_BYTES = 4096;
/** Minor faults in `stat`, counted from what follows the name in brackets (proc(5), field 10 of the line). */
const MINOR_FAULTS = 7;

/** This process, as Linux tells it; elsewhere only the process as a whole. */
export class ProcessMemory implements MemoryReader {
  resident(): number {
    return process.memoryUsage.rss();
  }

  touched(threadId: number): number | undefined {
    try {
      const stat = readFileSync(`/proc/self/task/${threadId}/stat`, 'latin1');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[MINOR_FAULTS]) * PAGE_BYTES;
    } catch {
      // Another system, or the thread is gone: there is nothing to tell.
      return undefined;
    }
  }
}
