import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.mjs';

/** `npm ci` when node_modules is missing or older than package-lock.json. @param {string} root */
export async function install(root) {
  const [installed, locked] = await Promise.all([mtime(join(root, 'node_modules', '.package-lock.json')), mtime(join(root, 'package-lock.json'))]);
  if (installed !== undefined && installed >= (locked ?? 0)) return;
  process.stderr.write('installing the dependencies (npm ci)\n');
  // What runs does without the scripts of packages: they compile what is optional, for a minute, and npm warns of each.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--ignore-scripts'];
  const failure = 'npm ci failed; see above. Check the network and the npm registry, then try again.';
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) await run(process.execPath, [npm, ...args], { cwd: root, failure });
  else await run('npm', args, { cwd: root, shell: process.platform === 'win32', failure });
}

async function mtime(path) {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
