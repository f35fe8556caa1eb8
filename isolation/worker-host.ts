// WorkerHost. Owns: the threads of one silo: for `worker` so many per class as it asks for, for `dedicated` one per instance.
//   H1. Code of one class shares a thread only with its own kind.
//   H2. When a class was loaded anew, new instances run in new threads; the old ones end when their last instance has moved or left.
import type { ClassMetadata } from '../decorators/index.js';
import type { TimerHandle } from '../protocol/ports/clock.js';
import { ComponentThread } from './component-thread.js';
import type { ThreadParts } from './thread-parts.js';
import type { ThreadReport } from './thread-report.js';
import type { KeptSources } from './thread/kept-sources-hooks.js';
import { MemoryWatch } from './memory-watch.js';
import { ProcessMemory } from './process-memory.js';
import type { ThreadPlan } from './thread-life.js';
import { tryModules } from './trial-thread.js';
import type { Host, Hosted, HostSpec } from './host.js';
import { WorkerEntity } from './worker-entity.js';

/** Where a class can be loaded from by a thread; absent: it cannot. */
export type ModulesOf = (metadata: ClassMetadata) => readonly string[] | undefined;

/** Threads of this size this Node contains, whatever fills them. */
export const DEFAULT_MEMORY_LIMIT_MB = 256;
const LOOK_EVERY_MS = 200;

/** The silo goes on with what it has. */
export interface FilesRefused {
  readonly error: Error;
  /** What those files held that hold something else by now; absent where not all of that can be kept. */
  readonly kept: KeptSources | undefined;
}

export class WorkerHost implements Host {
  private readonly pools = new Map<ClassMetadata, ComponentThread[]>();
  /** Threads that end with their last instance: those of one instance, and those whose class was replaced. */
  private readonly passing = new Set<ComponentThread>();
  /** H2. */
  private readonly successors = new WeakMap<ClassMetadata, ClassMetadata>();
  private looking: TimerHandle | undefined;
  private lookedAtMs = 0;
  private instances = 0;
  private readonly memory: MemoryWatch;
  private refusal: FilesRefused | undefined;
  private isStopped = false;

  constructor(private readonly parts: ThreadParts, private readonly modulesOf: ModulesOf) {
    this.memory = new MemoryWatch(parts.clock, new ProcessMemory());
  }

  create(spec: HostSpec): Promise<Hosted> | Hosted {
    const metadata = this.currentOf(spec.metadata);
    const thread = this.threadOf(metadata);
    const entity = new WorkerEntity(thread, ++this.instances, metadata === spec.metadata ? spec : { ...spec, metadata }, this.threadOf);
    thread.adopt(entity);
    if (!this.looking) this.look();
    const constructing = entity.construct(spec.isAdded);
    if (!constructing) return entity;
    return constructing.then(() => entity, (error: unknown) => {
      entity.dispose();
      throw error;
    });
  }

  /** Rejects with what keeps a thread from loading these files, if anything does. */
  tryModules(urls: readonly string[]): Promise<void> {
    return tryModules(urls, { memoryLimitMb: DEFAULT_MEMORY_LIMIT_MB, memory: this.memory }, this.parts);
  }

  /** What is in the files by now is what runs, or was refused: threads that start from now on load what runs, as far as that is kept. */
  filesJudged(refusal: FilesRefused | undefined): void {
    this.refusal = refusal;
    if (!refusal || refusal.kept) for (const thread of this.threads()) thread.filesLoad();
  }

  /** What is in the files is what runs from now on: the threads of its classes load that. */
  filesAdopted(): void {
    this.refusal = undefined;
  }

  /** H2. Entities of the old class move when they are told to. */
  replace(metadata: ClassMetadata, successor: ClassMetadata): void {
    this.successors.set(metadata, successor);
    for (const thread of this.pools.get(metadata) ?? []) {
      this.passing.add(thread);
      if (thread.instances === 0) this.emptied(thread);
    }
    this.pools.delete(metadata);
  }

  /** What a class is by now, after all that it was replaced by. */
  currentOf(metadata: ClassMetadata): ClassMetadata {
    let current = metadata;
    for (let next = this.successors.get(current); next; next = this.successors.get(current)) current = next;
    return current;
  }

  report(): readonly ThreadReport[] {
    return this.threads().map((thread) => thread.report());
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.looking?.cancel();
    await Promise.all(this.threads().map((thread) => thread.stop()));
    this.memory.stop();
  }

  private threads(): readonly ComponentThread[] {
    return [...[...this.pools.values()].flat(), ...this.passing];
  }

  private sharedThread(metadata: ClassMetadata): ComponentThread {
    let pool = this.pools.get(metadata);
    if (!pool) this.pools.set(metadata, (pool = Array.from({ length: metadata.threading.threads }, () => this.newThread(metadata))));
    return pool.reduce((least, each) => (each.instances < least.instances ? each : least));
  }

  private readonly threadOf = (metadata: ClassMetadata): ComponentThread => {
    if (metadata.isolation !== 'dedicated') return this.sharedThread(metadata);
    const thread = this.newThread(metadata);
    this.passing.add(thread);
    return thread;
  };

  private newThread(metadata: ClassMetadata): ComponentThread {
    const plan: ThreadPlan = {
      name: metadata.name, modules: () => this.modulesOf(metadata) ?? [], memoryLimitMb: metadata.threading.memoryLimitMb ?? DEFAULT_MEMORY_LIMIT_MB,
      turnLimitMs: metadata.threading.turnLimitMs, memory: this.memory, onEmpty: () => this.emptied(thread), refusal: () => this.refusal?.error, kept: () => this.refusal?.kept,
    };
    const thread: ComponentThread = new ComponentThread(plan, this.parts);
    return thread;
  }

  private emptied(thread: ComponentThread): void {
    if (this.passing.delete(thread)) void thread.stop();
  }

  private look(): void {
    const nowMs = this.parts.clock.monotonicMs();
    const lateMs = nowMs - this.lookedAtMs - LOOK_EVERY_MS;
    this.lookedAtMs = nowMs;
    for (const thread of this.threads()) thread.look(lateMs > LOOK_EVERY_MS ? lateMs : 0);
    if (!this.isStopped) this.looking = this.parts.clock.setTimer(() => this.look(), LOOK_EVERY_MS);
  }
}
