import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from '../build/run.mjs';

/** The first of `names` that is an executable file on the PATH. @param {readonly string[]} names @returns {string | undefined} */
export function findOnPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** Why the system's package manager may not be used here; `undefined` when it may. @returns {string | undefined} */
export function whyNotInstall() {
  if (process.env.TROUPE_TEST_INSTALL === '0') return 'TROUPE_TEST_INSTALL=0 forbids installing it';
  if (!isDebian()) return 'this is not Debian or Ubuntu, so it is not installed by itself';
  if (process.getuid?.() !== 0) return 'installing it needs root';
  return undefined;
}

/** Installs a Debian package, saying so. @param {string} name */
export async function installPackage(name) {
  process.stderr.write(`installing the package ${name} with apt-get (TROUPE_TEST_INSTALL=0 prevents this)\n`);
  // RUNLEVEL=1: the package's service is not started; the tests start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await run('apt-get', ['update'], { env, failure: 'apt-get update failed; see above.' });
  await run('apt-get', ['install', '-y', '--no-install-recommends', name], { env, failure: `apt-get could not install ${name}; see above.` });
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
