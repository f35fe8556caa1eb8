// ScratchRoot. Owns: one silo's directory under the system's temporary one, and the knowledge whose silo is gone.
//   R1. A root's silo lives as long as something listens on the socket in it. The system closes that with the process, however that ends, and
//       whatever number its successor gets; in another container the process has another number, the socket stays the same.
//   R2. In doubt a root stays: other users', other machines', one that is just being made, one whose socket could not be opened.
//   R3. Nothing is followed that is no directory of this user's: names under a shared directory are anybody's to take.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../protocol/errors/index.js';

const NAME = /^troupe-\d+-[0-9a-f]{16}$/;
const SOCKET = 'alive';
/** On which machine the socket says anything. */
const HOST = 'host';
/** It has no socket, so nobody can tell: it stays. */
const KEEP = 'keep';
/** What systems have room for in a socket's address, with the terminating zero: macOS 104, Linux 108. */
const MAX_SOCKET_PATH = 103;
/** A root without a socket may be one that is just being made. */
const NEWBORN_MS = 60_000;
const ANSWER_MS = 2000;

/** A silo's own directory for temporary files. */
export class ScratchRoot {
  private constructor(readonly path: string, private readonly server: Server) {}

  /** Makes one under `base`. Throws `ConfigurationError` when `base` cannot be written to, or its path is too long. */
  static make(base: string): ScratchRoot {
    const path = join(base, `troupe-${process.pid}-${randomBytes(8).toString('hex')}`);
    if (Buffer.byteLength(join(path, SOCKET)) > MAX_SOCKET_PATH) {
      throw new ConfigurationError(`ctx.tmpdir: the path ${base} is too long for a socket in it; set TMPDIR to a shorter one`);
    }
    try {
      // Not `recursive`: that takes what somebody else has put there.
      mkdirSync(path, { mode: 0o700 });
      writeFileSync(join(path, HOST), hostname());
    } catch (error) {
      throw new ConfigurationError(`ctx.tmpdir: cannot make ${path}; set TMPDIR to a directory that this user can write to`, { cause: error });
    }
    const server = createServer((socket) => socket.destroy());
    server.on('error', () => writeFileSync(join(path, KEEP), ''));
    server.listen({ path: join(path, SOCKET), exclusive: true }).unref();
    return new ScratchRoot(path, server);
  }

  /** Removes what silos left that are gone. `onError` hears of roots that cannot be removed; rejects when `base` cannot be read. */
  static async sweep(base: string, onError: (error: unknown, path: string) => void): Promise<void> {
    for (const name of await readdir(base)) {
      const path = join(base, name);
      if (!NAME.test(name) || !(await isAbandoned(path))) continue;
      await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => onError(error, path));
    }
  }

  async remove(): Promise<void> {
    // While it listens no sweep takes the root away under this one.
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

/** R1 to R3. */
async function isAbandoned(path: string): Promise<boolean> {
  try {
    const root = await lstat(path);
    if (!root.isDirectory() || root.uid !== process.getuid?.() || (root.mode & 0o077) !== 0) return false;
    const entries = await readdir(path);
    if (entries.includes(KEEP) || (await readFile(join(path, HOST), 'utf8')) !== hostname()) return false;
    return entries.includes(SOCKET) ? !(await answers(join(path, SOCKET))) : Date.now() - root.mtimeMs > NEWBORN_MS;
  } catch {
    // It has just gone, or is not for us to look into.
    return false;
  }
}

/** Whether anything listens there; the system answers, also for a process that is stopped or busy. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.setTimeout(ANSWER_MS, () => end(true));
    socket.on('connect', () => end(true));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code !== 'ECONNREFUSED'));
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
  });
}
