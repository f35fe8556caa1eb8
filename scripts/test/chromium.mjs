// A browser for the tests, from the first of these that is there: TROUPE_TEST_CHROMIUM (a path), Chromium or Chrome on the PATH, the
// package on Debian as root (unless TROUPE_TEST_INSTALL=0).
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { Failure } from '../failure.mjs';
import { findOnPath, installPackage, whyNotInstall } from './system-package.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const APPLICATIONS = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];
const HELP = `Do one of these: set TROUPE_TEST_CHROMIUM=/path/to/chrome; install Chromium (Debian: apt-get install chromium) or Google Chrome.`;

/** The path of a Chromium that runs. Throws `Failure` that says how to get one. @returns {Promise<string>} */
export async function findChromium() {
  const given = process.env.TROUPE_TEST_CHROMIUM;
  const found = given ?? lookAround();
  if (found !== undefined) return checked(found, given === undefined ? found : `TROUPE_TEST_CHROMIUM=${given}`);
  const reason = whyNotInstall();
  if (reason === undefined) await installPackage('chromium');
  const installed = lookAround();
  if (installed !== undefined) return checked(installed, installed);
  throw new Failure(`The tests need a Chromium and found none: ${NAMES.join(', ')} are not on the PATH, and ${reason ?? 'its package brought none'}.\n${HELP}`);
}

function lookAround() {
  return findOnPath(NAMES) ?? APPLICATIONS.find((file) => existsSync(file));
}

/** Ubuntu's `chromium` is a stub that asks for snap: a browser counts only when it tells its version. */
async function checked(file, name) {
  try {
    await promisify(execFile)(file, ['--version'], { timeout: 30_000 });
    return file;
  } catch (error) {
    throw new Failure(`${name} does not run (${error.message.trim().split('\n').at(-1)}).\n${HELP}`);
  }
}
