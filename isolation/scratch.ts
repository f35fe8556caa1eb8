// Scratch. Owns: one silo's root for temporary directories, `troupe-<pid>-<random>` under the system's own, and all below it. Does not own:
// what user code does outside of it.
//   S1. Nothing is made before it is used: no root without a directory in it, no directory that nobody asked for.
//   S2. A directory belongs to one entity in one activation; its name is new each time and cannot be guessed. Only this user can look into it.
//   S3. It goes with the activation, the root with the silo. What a killed silo leaves is removed by `sweep` when another one starts.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { printEntityId, type EntityId } from '../protocol/actor-id.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { scratchName } from './scratch-name.js';
import { ScratchRoot } from './scratch-root.js';

/** The directory of one entity in one activation. */
export interface EntityScratch {
  /** Where it is, or will be once it is used; nobody else gets this path. Its parent is there. */
  readonly path: string;
  /** Makes it if it is not there. Throws `ConfigurationError` after the activation's end. */
  use(): string;
}

/** Temporary directories of a silo's entities. */
export class Scratch {
  private made: ScratchRoot | undefined;
  private readonly owners = new Map<object, Map<string, OwnScratch>>();
  private readonly pending = new Set<Promise<void>>();
  private stopped: Promise<void> | undefined;

  /** `base`: where the root is made. `onError` hears of what could not be removed. */
  constructor(private readonly base: string, private readonly onError: (error: unknown, path: string) => void) {}

  /** The directory of the entity while `activation` lives: the same for each call. */
  of(activation: object, id: EntityId): EntityScratch {
    const component = id.component ?? '';
    return this.owners.get(activation)?.get(component) ?? this.add(activation, id, join(this.root(), scratchName(id, randomBytes(8).toString('hex'))));
  }

  /** A thread has made the entity's directory itself, at `path` in `root()`. */
  adopt(activation: object, id: EntityId, path: string): void {
    // What is removed later is nothing but what lies here.
    if (dirname(path) === this.root()) this.add(activation, id, path);
  }

  /** The root, which is made if it is not there. Throws `ConfigurationError` when it cannot be, or the silo has stopped. */
  root(): string {
    if (this.stopped) throw new ConfigurationError('ctx.tmpdir: there is none any more, the silo has stopped');
    return (this.made ??= ScratchRoot.make(this.base)).path;
  }

  /** Removes what the activation has used; `undefined` when that is nothing. The promise never rejects. */
  release(activation: object): Promise<void> | undefined {
    const own = this.owners.get(activation);
    if (!own) return undefined;
    this.owners.delete(activation);
    return this.owned(Promise.all([...own.values()].map((scratch) => this.orTell(scratch.path, scratch.remove()))).then(() => undefined));
  }

  /** Removes the roots of silos that are gone. The promise never rejects. */
  sweep(): Promise<void> {
    return this.owned(this.orTell(this.base, ScratchRoot.sweep(this.base, this.onError)));
  }

  /** Removes everything. Idempotent; never rejects. */
  stop(): Promise<void> {
    return (this.stopped ??= this.removeAll());
  }

  private async removeAll(): Promise<void> {
    for (const activation of [...this.owners.keys()]) void this.release(activation);
    await Promise.all(this.pending);
    if (this.made) await this.orTell(this.made.path, this.made.remove());
  }

  private add(activation: object, id: EntityId, path: string): OwnScratch {
    const scratch = new OwnScratch(path, id);
    const own = this.owners.get(activation) ?? new Map<string, OwnScratch>();
    this.owners.set(activation, own.set(id.component ?? '', scratch));
    return scratch;
  }

  private owned(work: Promise<void>): Promise<void> {
    this.pending.add(work);
    return work.finally(() => this.pending.delete(work));
  }

  private orTell(path: string, work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => this.onError(error, path));
  }
}

class OwnScratch implements EntityScratch {
  private isOver = false;

  constructor(readonly path: string, private readonly id: EntityId) {}

  use(): string {
    if (this.isOver) throw new ConfigurationError(`ctx.tmpdir: the activation of ${printEntityId(this.id)} is over, and its directory is gone`);
    // Each time: user code may have removed it.
    mkdirSync(this.path, { mode: 0o700, recursive: true });
    return this.path;
  }

  /** Also when this side has not made it: a thread may have. */
  async remove(): Promise<void> {
    this.isOver = true;
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}
