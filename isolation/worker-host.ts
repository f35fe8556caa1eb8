// WorkerHost. Owns: the threads of one silo: for `worker` so many per class as it asks for, for `dedicated` one per instance.
//   H1. Code of one class shares a thread only with its own kind.
import type { ClassMetadata } from '../decorators/index.js';
import type { TimerHandle } from '../protocol/ports/clock.js';
import { ComponentThread, type ThreadParts } from './component-thread.js';
import type { ThreadReport } from './thread-report.js';
import { MemoryWatch } from './memory-watch.js';
import { ProcessMemory } from './process-memory.js';
import type { ThreadPlan } from './thread-life.js';
import type { Host, Hosted, HostSpec } from './host.js';
import { WorkerEntity } from './worker-entity.js';

/** Where a class can be loaded from by a thread; absent: it cannot. */
export type ModulesOf = (metadata: ClassMetadata) => readonly string[] | undefined;

/** Threads of this size this Node contains, whatever fills them. */
export const DEFAULT_MEMORY_LIMIT_MB = 256;
const LOOK_EVERY_MS = 200;

export class WorkerHost implements Host {
  private readonly pools = new Map<ClassMetadata, ComponentThread[]>();
  private readonly dedicated = new Set<ComponentThread>();
  private looking: TimerHandle | undefined;
  private lookedAtMs = 0;
  private instances = 0;
  private readonly memory: MemoryWatch;
  private isStopped = false;

  constructor(private readonly parts: ThreadParts, private readonly modulesOf: ModulesOf) {
    this.memory = new MemoryWatch(parts.clock, new ProcessMemory());
  }

  create(spec: HostSpec): Promise<Hosted> | Hosted {
    const thread = spec.metadata.isolation === 'dedicated' ? this.ownThread(spec.metadata) : this.sharedThread(spec.metadata);
    const entity = new WorkerEntity(thread, ++this.instances, spec);
    thread.adopt(entity);
    if (!this.looking) this.look();
    const constructing = entity.construct();
    if (!constructing) return entity;
    return constructing.then(() => entity, (error: unknown) => {
      entity.dispose();
      throw error;
    });
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
    return [...[...this.pools.values()].flat(), ...this.dedicated];
  }

  private sharedThread(metadata: ClassMetadata): ComponentThread {
    let pool = this.pools.get(metadata);
    if (!pool) this.pools.set(metadata, (pool = Array.from({ length: metadata.threading.threads }, () => this.newThread(metadata))));
    return pool.reduce((least, each) => (each.instances < least.instances ? each : least));
  }

  private ownThread(metadata: ClassMetadata): ComponentThread {
    const thread: ComponentThread = this.newThread(metadata, () => {
      this.dedicated.delete(thread);
      void thread.stop();
    });
    this.dedicated.add(thread);
    return thread;
  }

  private newThread(metadata: ClassMetadata, onEmpty?: () => void): ComponentThread {
    const plan: ThreadPlan = {
      name: metadata.name, modules: () => this.modulesOf(metadata) ?? [], memoryLimitMb: metadata.threading.memoryLimitMb ?? DEFAULT_MEMORY_LIMIT_MB,
      turnLimitMs: metadata.threading.turnLimitMs, memory: this.memory, onEmpty,
    };
    return new ComponentThread(plan, this.parts);
  }

  private look(): void {
    const nowMs = this.parts.clock.monotonicMs();
    // While the silo itself stood still nobody could read the answers.
    const isLate = nowMs - this.lookedAtMs > 2 * LOOK_EVERY_MS;
    this.lookedAtMs = nowMs;
    for (const thread of this.threads()) thread.look(isLate);
    if (!this.isStopped) this.looking = this.parts.clock.setTimer(() => this.look(), LOOK_EVERY_MS);
  }
}
