import { spawn } from 'node:child_process';
import { Failure } from '../failure.mjs';

/**
 * Runs a command to its end with our own output streams. Throws `Failure` unless it exits with 0.
 * @param {string} command @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, failure?: string }} [options]
 */
export async function run(command, args, { failure, ...options } = {}) {
  // Our stdout belongs to the result (the page's address, the count of tests): tools speak on stderr.
  const child = spawn(command, args, { ...options, stdio: ['ignore', process.stderr, process.stderr] });
  const outcome = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  }).catch((error) => error.message);
  if (outcome !== 0) throw new Failure(failure ?? `${[command, ...args].join(' ')} failed (${outcome}).`);
}
