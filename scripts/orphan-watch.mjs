// npm does not take its script down when it is killed: `sh` and our node process live on without anybody to report to. So under npm we
// watch the processes between us and npm (our parent, and its parent when that is npm's shell), and stop when one of them goes.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const POLL_MS = 500;

/** Calls `onOrphaned` once when npm, having started this process, is gone. Keeps nothing alive. @param {() => void} onOrphaned */
export function watchForOrphaning(onOrphaned) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const isShell = !describe(parent)?.command.includes('npm') || describe(parent)?.command.startsWith('sh');
  const grandparent = isShell ? describe(parent)?.parent : undefined;
  const timer = setInterval(() => {
    const isOrphaned = process.ppid !== parent || (grandparent !== undefined && describe(parent)?.parent !== grandparent);
    if (!isOrphaned) return;
    clearInterval(timer);
    onOrphaned();
  }, POLL_MS);
  timer.unref();
}

/** @param {number} pid @returns {{ parent: number, command: string } | undefined} */
function describe(pid) {
  try {
    if (process.platform === 'linux') {
      // pid (name, which may hold spaces and parentheses) state parent …
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return { parent: Number(fields[1]), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') };
    }
    const [, parent, command] = /^\s*(\d+)\s+(.*)$/m.exec(execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' })) ?? [];
    return { parent: Number(parent), command: command ?? '' };
  } catch {
    return undefined;
  }
}
