// What a component's thread does to itself before it loads any user module: calls that would end or cripple the whole silo are refused with an
// error that says what to do instead. Against mistakes, not against malice: a thread is no sandbox (docs/isolation.md lists what it does not
// contain). Node already refuses process.abort, chdir, setuid and umask(mask) in threads, and process.exit there ends the thread only.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { ConfigurationError } from '../../protocol/errors/index.js';

/** Signal 0 only asks whether the process is there. */
const NO_SIGNAL = 0;

/**
 * Sets the guards up for the rest of this thread's life. Call it once, before any user module loads: what has taken `fs.closeSync` apart from
 * `fs` before is not guarded. Throws `ConfigurationError` on the main thread, where they would bind the silo itself.
 */
export function guardThread(): void {
  if (isMainThread) throw new ConfigurationError('guardThread: this is the main thread; the guards are for component threads');
  guardSignals();
  guardDescriptors();
  syncBuiltinESMExports();
}

/** A signal reaches the process, never one thread. */
function guardSignals(): void {
  const kill = process.kill.bind(process);
  // kill(0) is the process group, kill(-1) all that the user owns.
  const hitsSilo = (pid: number): boolean => pid === 0 || pid === -1 || Math.abs(pid) === process.pid;
  const guarded = (pid: number, signal?: string | number): true => {
    if (hitsSilo(Number(pid)) && signal !== NO_SIGNAL) {
      throw new ConfigurationError(
        `process.kill(${pid}${signal === undefined ? '' : `, ${String(signal)}`}): refused in a component's thread: the signal would reach the whole silo. `
        + 'Throw, or call process.exit() to end this thread alone',
      );
    }
    return kill(pid, signal);
  };
  process.kill = guarded;
}

/** Descriptors belong to the process: closing one of the silo's (a log, a link) breaks the silo, and closing 0, 1 or 2 aborts this Node. */
function guardDescriptors(): void {
  const own = new Set<number>();
  const { open, openSync, close, closeSync } = fs;
  const checkClose = (call: string, fd: number): void => {
    // What is no descriptor is refused by Node itself, in its own words.
    if (!Number.isInteger(fd) || fd < 0 || own.has(fd)) return;
    throw new ConfigurationError(
      `${call}(${fd}): refused in a component's thread: it did not open that descriptor with fs.open or fs.openSync, so it may be the silo's. `
      + 'Close only what this component has opened; a FileHandle by its own close()',
    );
  };
  fs.openSync = (...args) => {
    const fd = openSync(...args);
    own.add(fd);
    return fd;
  };
  fs.closeSync = (fd) => {
    checkClose('fs.closeSync', fd);
    own.delete(fd);
    closeSync(fd);
  };
  Object.assign(fs, {
    open(...args: unknown[]): void {
      const done = args.pop();
      const opened = (error: Error | null, fd: number): void => {
        if (!error) own.add(fd);
        (done as (error: Error | null, fd: number) => void)(error, fd);
      };
      // Without a callback Node refuses the call in its own words.
      Reflect.apply(open, fs, [...args, typeof done === 'function' ? opened : done]);
    },
    close(fd: number, done?: (error: NodeJS.ErrnoException | null) => void): void {
      checkClose('fs.close', fd);
      own.delete(fd);
      close(fd, done);
    },
  });
}
