// A guard: runs one command and ends it, with everything it started, when our stdin closes. It is started in a session of its own, so
// a signal to the tests' process group does not reach it, and stdin closes however its parent dies, SIGKILL included.
//   node guard.mjs <mark or ''> <folder to delete at the end or ''> <command> [args…]
// With a mark, what the command started is known by it (marked-processes.mjs), and descendants that outlive the command are ended and named.
// Says how it went as one line of JSON on descriptor 3: { code, left: ["pid command", …], result: text of <folder>/result.json or '' }.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { MARK, endMarked, whoIsLeft } from './marked-processes.mjs';

const GRACE_MS = 3_000;
const [mark, folder, command, ...args] = process.argv.slice(2);
const env = mark ? { ...process.env, [MARK]: mark } : process.env;
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true, env });
let isEnding = false;

child.once('error', (error) => {
  process.stderr.write(`${command}: ${error.message}\n`);
  finish(127).catch(fail);
});
child.once('exit', (code, signal) => {
  finish(code ?? 128 + constants.signals[signal]).catch(fail);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
process.stdin.on('end', end).on('error', end).resume();

function end() {
  if (isEnding) return;
  isEnding = true;
  // One that did not start has no id, and Node would signal any process.
  if (child.pid !== undefined) child.kill('SIGTERM');
  setTimeout(killGroup, GRACE_MS).unref();
}

function killGroup() {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}

async function finish(code) {
  const left = mark && !isEnding ? await whoIsLeft(mark) : [];
  killGroup();
  if (mark) endMarked(mark);
  const resultFile = join(folder, 'result.json');
  const result = folder && existsSync(resultFile) ? readFileSync(resultFile, 'utf8') : '';
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    writeSync(3, `${JSON.stringify({ code, left, result })}\n`);
  } catch {
    // Whoever wanted to know is gone.
  }
  process.exit(code);
}

function fail(error) {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}
