// npm, as whoever runs the tests has it, for the package's tests.
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { TestProcess, type ProcessEnd } from '../support/processes.js';

/** What reaches the registry, or keeps from it: a nested npm needs the same. The rest of npm's environment belongs to `npm test`. */
const KEPT = /^npm_config_(registry|cache|userconfig|globalconfig|proxy|https_proxy|noproxy|cafile|ca|strict_ssl|offline|prefer_offline)$/i;

/** Runs npm in a folder. Throws with all it said unless it ends with 0. */
export async function npm(args: readonly string[], cwd: string): Promise<ProcessEnd> {
  await using running = new TestProcess([cli('npm-cli.js'), ...args], { cwd, env: keptEnvironment() });
  return succeeded(`npm ${args.join(' ')}`, await running.ended);
}

/** `npx` in a folder, still running. */
export function npx(args: readonly string[], cwd: string): TestProcess {
  return new TestProcess([cli('npx-cli.js'), ...args], { cwd, env: keptEnvironment() });
}

/** The end of a process that had to end with 0; throws with all it said otherwise. */
export function succeeded(what: string, end: ProcessEnd): ProcessEnd {
  if (end.code === 0) return end;
  throw new Error(`${what} ended with ${end.code ?? end.signal}: ${end.stdout}\n${end.stderr}`);
}

function keptEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => KEPT.test(entry[0]) && entry[1] !== undefined));
}

function cli(file: 'npm-cli.js' | 'npx-cli.js'): string {
  const { npm_execpath: running } = process.env;
  const folder = running?.endsWith('npm-cli.js') ? dirname(running) : folderOnPath();
  return join(folder, file);
}

function folderOnPath(): string {
  const link = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'npm')).find((file) => existsSync(file));
  if (link === undefined) throw new Error('the package cannot be tested: npm is not on the PATH');
  return dirname(realpathSync(link));
}
