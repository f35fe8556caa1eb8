// The build lock: dist/.build.lock, one line with the holder's pid. It appears whole or not at all (link of a finished file) and the
// holder touches it while it works, so a lock is stale when its process is gone or when nobody has touched it for STALE_MS
// (a pid that was given to another process since).
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.mjs';
import { root } from './root.mjs';

const STALE_MS = 30_000;
const TOUCH_MS = 2_000;
const POLL_MS = 100;
const LIMIT_MS = 600_000;
const path = join(root, 'dist', '.build.lock');

/** Runs `work` while no other build of this folder does. @param {() => Promise<void>} work */
export async function withBuildLock(work) {
  await mkdir(join(root, 'dist'), { recursive: true });
  await acquire();
  const touch = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), TOUCH_MS);
  try {
    await work();
  } finally {
    clearInterval(touch);
    await rm(path, { force: true });
  }
}

async function acquire() {
  const own = `${path}.${process.pid}`;
  const start = Date.now();
  let announced = false;
  await writeFile(own, `${process.pid}\n`);
  try {
    while (!(await tryLink(own))) {
      const holder = await readHolder();
      if (holder === undefined) continue;
      if (holder.isStale) {
        await steal(holder.pid);
        continue;
      }
      if (Date.now() - start > LIMIT_MS) throw new Failure(`Another build (pid ${holder.pid}) has held ${path} for 10 minutes; end it or delete that file.`);
      if (!announced) process.stderr.write(`waiting for another build (pid ${holder.pid})\n`);
      announced = true;
      await delay(POLL_MS);
    }
  } finally {
    await rm(own, { force: true });
  }
}

async function tryLink(own) {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder() {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const pid = Number(text);
    return { pid, isStale: pid === process.pid || !isAlive(pid) || Date.now() - mtimeMs > STALE_MS };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Takes the lock file of a dead holder away; puts it back when another build has replaced it meanwhile. */
async function steal(deadPid) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    await rename(path, aside);
    if (Number(await readFile(aside, 'utf8')) !== deadPid) await tryLink(aside);
    await rm(aside, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
