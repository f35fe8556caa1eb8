import { readlinkSync } from 'node:fs';

/** The operating system's id of the calling thread, for `MemoryReader.touched`; `undefined` where there is no `/proc/thread-self`. Synchronous for a reason: another thread would read its own. */
export function ownThreadId(): number | undefined {
  try {
    const id = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    return Number.isInteger(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
