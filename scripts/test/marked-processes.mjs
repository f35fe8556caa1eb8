// Processes of one run of the tests, known by a variable that every descendant inherits, wherever it was moved to. Read from /proc;
// on other systems nothing is found and the guard's process group has to do.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** The environment variable that marks a run. */
export const MARK = 'TROUPE_TEST_RUN';

const LEAVE_MS = 2_000;
const POLL_MS = 50;

/** What still runs of a run that has ended, after a moment to leave: `pid command` each. @param {string} mark @returns {Promise<string[]>} */
export async function whoIsLeft(mark) {
  const end = Date.now() + LEAVE_MS;
  let left = listMarked(mark);
  while (left.length > 0 && Date.now() < end) {
    await delay(POLL_MS);
    left = listMarked(mark);
  }
  return left.map(({ pid, command }) => `${pid} ${command}`);
}

/** Kills what still runs of a run, by pid. @param {string} mark */
export function endMarked(mark) {
  for (const { pid } of listMarked(mark)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It left by itself.
    }
  }
}

function listMarked(mark) {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.filter((pid) => pid !== process.pid && read(pid, 'environ').includes(`${MARK}=${mark}`))
    .map((pid) => ({ pid, command: read(pid, 'cmdline').join(' ').slice(0, 200).trim() }));
}

/** The NUL-separated strings of a file in /proc/<pid>; none when the process is gone, a zombie, or another user's. */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
