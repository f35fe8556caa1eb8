// Scratch. Owns: one silo's root for temporary directories, `troupe-<pid>-<random>` under the system's own, and all below it. Does not own:
// what user code does outside of it.
//   S1. Nothing is made before it is used: no root without a directory in it, no directory that nobody asked for.
//   S2. A directory belongs to one entity in one activation; its name is new each time and cannot be guessed. Only this user can look into it.
//   S3. It goes with the activation, the root with the silo. What a killed silo leaves is removed by `sweep` when another one starts.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { printEntityId, type EntityId } from '../protocol/actor-id.js';
import { ConfigurationError } from '../protocol/errors/index.js';
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
  private root: ScratchRoot | undefined;
  private readonly owners = new Map<object, Map<string, OwnScratch>>();
  private readonly pending = new Set<Promise<void>>();
  private stopped: Promise<void> | undefined;

  /** `base`: where the root is made. `onError` hears of what could not be removed. */
  constructor(private readonly base: string, private readonly onError: (error: unknown, path: string) => void) {}

  /** The directory of the entity while `activation` lives: the same for each call. */
  of(activation: object, id: EntityId): EntityScratch {
    const component = id.component ?? '';
    const known = this.owners.get(activation)?.get(component);
    if (known) return known;
    if (this.stopped) throw new ConfigurationError(`ctx.tmpdir: ${printEntityId(id)} has none any more, its silo has stopped`);
    const made = new OwnScratch(this.openRoot(), id);
    const own = this.owners.get(activation) ?? new Map<string, OwnScratch>();
    this.owners.set(activation, own.set(component, made));
    return made;
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
    const { root } = this;
    this.root = undefined;
    if (root) await this.orTell(root.path, root.remove());
  }

  private openRoot(): ScratchRoot {
    return (this.root ??= ScratchRoot.make(this.base));
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
  readonly path: string;
  private isOver = false;

  constructor(root: ScratchRoot, private readonly id: EntityId) {
    // The readable part helps who looks for what fills the disk; the random one makes it nobody else's.
    this.path = join(root.path, `${printEntityId(id).replace(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 60)}-${randomBytes(8).toString('hex')}`);
  }

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
