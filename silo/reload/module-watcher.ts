// ModuleWatcher. Owns: when the files of the silo's modules are looked at. Events of their folders hurry it; a look at sizes and times every
// other second finds what events do not tell: folders that were replaced, file systems without events, new files of a glob.
import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Logger, TimerHandle } from '../../protocol/ports/index.js';

/** Compilers and editors write in pieces. */
const SETTLE_MS = 100;
const POLL_EVERY_MS = 2000;

export interface Watched {
  /** Paths. */
  readonly files: readonly string[];
  look(): Promise<unknown>;
}

export class ModuleWatcher {
  private readonly folders = new Map<string, FSWatcher>();
  private settling: TimerHandle | undefined;
  private polling: TimerHandle | undefined;
  private isStopped = false;

  constructor(private readonly watched: Watched, private readonly clock: Clock, private readonly log: Logger) {}

  start(): void {
    this.watchFolders();
    this.poll();
  }

  stop(): void {
    this.isStopped = true;
    this.settling?.cancel();
    this.polling?.cancel();
    for (const folder of this.folders.values()) folder.close();
  }

  private readonly hurry = (): void => {
    this.settling?.cancel();
    if (!this.isStopped) this.settling = this.clock.setTimer(() => void this.look(), SETTLE_MS);
  };

  private async look(): Promise<void> {
    try {
      await this.watched.look();
    } catch (error) {
      this.log.error({ err: error }, 'the modules of the silo could not be looked at');
    }
    if (!this.isStopped) this.watchFolders();
  }

  private poll(): void {
    let known: string | undefined;
    const again = async (): Promise<void> => {
      const now = await signatureOf(this.watched.files);
      if (known !== undefined && now !== known) this.hurry();
      known = now;
      if (!this.isStopped) this.polling = this.clock.setTimer(() => void again(), POLL_EVERY_MS);
    };
    void again();
  }

  private watchFolders(): void {
    const wanted = new Set(this.watched.files.map((file) => dirname(file)));
    for (const [folder, watcher] of this.folders) if (!wanted.has(folder)) this.forget(folder, watcher);
    for (const folder of wanted) if (!this.folders.has(folder)) this.watchFolder(folder);
  }

  /** A folder that is not there, or that the system does not watch, is polled. */
  private watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (kind) => {
        // What is renamed may be the folder itself, whose watcher then hears nothing more.
        if (kind === 'rename') this.forget(folder, watcher);
        this.hurry();
      });
      watcher.on('error', () => this.forget(folder, watcher));
      this.folders.set(folder, watcher);
    } catch {
      this.folders.delete(folder);
    }
  }

  private forget(folder: string, watcher: FSWatcher): void {
    watcher.close();
    if (this.folders.get(folder) === watcher) this.folders.delete(folder);
  }
}

async function signatureOf(files: readonly string[]): Promise<string> {
  const parts = await Promise.all(files.map(async (file) => {
    const found = await stat(file).catch(() => undefined);
    return found ? `${found.mtimeMs}:${found.size}` : '';
  }));
  return parts.join(' ');
}
