import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../build/root.mjs';

const TAIL = 4_000;

/** A command behind its guard (guard.mjs): it ends when we stop it or when we die. */
export class GuardedProcess {
  /**
   * @param {string} command @param {readonly string[]} args
   * @param {{ mark?: string, folder?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} [options] `folder`: deleted at the end. `quiet`: its output is kept (`tail`), not shown.
   */
  constructor(command, args, { mark = '', folder = '', env = process.env, quiet = false } = {}) {
    const output = quiet ? 'pipe' : 'inherit';
    this.tail = '';
    this.process = spawn(process.execPath, [join(root, 'scripts/test/guard.mjs'), mark, folder, command, ...args], {
      cwd: root, env, detached: true, stdio: ['pipe', output, output, 'pipe'],
    });
    this.process.stdin.on('error', () => {});
    for (const stream of [this.process.stdout, this.process.stderr]) stream?.on('data', (text) => (this.tail = (this.tail + text).slice(-TAIL)));
    /** @type {Promise<{ code: number, left: string[], result: string }>} */
    this.ended = this.#follow();
  }

  /** Ends the command and waits until it and what it started are gone. */
  async stop() {
    this.process.stdin.end();
    return this.ended;
  }

  async #follow() {
    let report = '';
    this.process.stdio[3].on('data', (text) => (report += text));
    const code = await new Promise((resolve) => {
      this.process.once('error', () => resolve(1));
      this.process.once('close', (exitCode) => resolve(exitCode ?? 1));
    });
    return report ? JSON.parse(report) : { code, left: [], result: '' };
  }
}
