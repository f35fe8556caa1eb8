// ThreadLife. Owns: one worker thread from its start to its death.
//   L1. It dies once, whatever happens: exit, an error nobody caught, out of memory, or killed because a turn blocked it. Nothing of it is heard after that.
//   L2. A turn blocks it when the thread has done nothing and answered no ping for `turnLimitMs`; while the silo itself stood still nobody can tell.
//   L3. It keeps the process alive while something is asked of it, and for a moment after.
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import { HEAP_HEADROOM_MB, type MemoryWatch, type WatchedThread } from './memory-watch.js';
import type { PackedBatch } from './packed-batch.js';
import { HEARD, LAST_BEGUN, PROGRESS, SHARED_WORDS, THREAD_ID } from './thread-messages.js';
import type { KeptSources } from './thread/kept-sources-hooks.js';
import type { ThreadStart } from './thread-start.js';

/** How the threads of one class are made. */
export interface ThreadPlan {
  /** Of the class. */
  readonly name: string;
  /** Asked at each start. */
  readonly modules: () => readonly string[];
  /** What the files held that the silo runs, where they hold something else by now; also asked at each start. */
  readonly kept?: (() => KeptSources | undefined) | undefined;
  readonly memoryLimitMb: number;
  readonly turnLimitMs: number;
  readonly memory: MemoryWatch;
  /** Why the silo does not run what its files hold by now, if it does not. */
  readonly refusal?: (() => Error | undefined) | undefined;
  /** Called when its last instance has left. */
  readonly onEmpty?: (() => void) | undefined;
}

export interface LifeListener {
  heard(batch: PackedBatch): void;
  /** `thrown`: what nobody caught, or why it was killed. */
  died(thrown: unknown, exitCode: number | undefined): void;
}

/** One life of a thread, as its silo has it. */
export interface Life {
  readonly isReady: boolean;
  /** The number of the last turn that began in it. */
  readonly lastBegun: number;
  /** Throws what it cannot send. */
  post(batch: PackedBatch): void;
  /** Its modules are loaded. */
  ready(): void;
  /** Looks whether a turn blocks it. `isBusy`: it has turns that have not ended. `ping` asks it for a sign of life. */
  look(isBusy: boolean, lateMs: number, ping: (number: number) => void): void;
  answered(ping: number): void;
  /** So many of its messages were read: it may say more. */
  acknowledge(count: number): void;
  kill(reason: Error): void;
  /** In silence. */
  end(): Promise<void>;
}

/** Begins a life. */
export type BeginLife = (plan: ThreadPlan, parts: LifeParts, listener: LifeListener) => Life;

/** What a life takes of the silo. */
export interface LifeParts {
  readonly clock: Clock;
  readonly scratchRoot: () => string;
}

/** A thread that hangs in a system call is not waited for longer. */
const END_LIMIT_MS = 1000;
const MB = 2 ** 20;
const LAST_BATCHES = 100;
/** How long the modules may take to load. */
const START_LIMIT_MS = 10_000;

interface Ping {
  readonly number: number;
  readonly progress: number;
  readonly atMs: number;
}

export class ThreadLife implements Life {
  isReady = false;
  private readonly shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_WORDS));
  private readonly worker: Worker;
  private readonly port: MessagePort;
  private readonly clock: Clock;
  private memory: WatchedThread | undefined;
  private isOver = false;
  private thrown: unknown;
  private pinged: Ping | undefined;
  private pings = 0;
  private keepsAlive = true;
  private readonly startedMs: number;

  constructor(private readonly plan: ThreadPlan, parts: LifeParts, private readonly listener: LifeListener) {
    this.clock = parts.clock;
    this.startedMs = this.clock.monotonicMs();
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const { memoryLimitMb } = plan;
    const workerData: ThreadStart = { modules: plan.modules(), kept: plan.kept?.(), shared: this.shared.buffer, port: port2, memoryLimitMb, scratch: scratchOf(parts) };
    this.worker = new Worker(new URL('./thread/main.js', import.meta.url), {
      workerData, transferList: [port2], name: plan.name, env: {}, resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb + HEAP_HEADROOM_MB },
    });
    port1.on('message', (batch: PackedBatch) => {
      this.memory?.heard();
      if (!this.isOver) listener.heard(batch);
    });
    // The worker says whether the process may end (L3).
    port1.unref();
    port1.on('messageerror', (error) => this.die(error, undefined));
    this.worker.on('error', (error) => (this.thrown = error));
    this.worker.on('exit', (code) => this.die(this.thrown, code));
  }

  /** The number of the last turn that began in it. */
  get lastBegun(): number {
    return Atomics.load(this.shared, LAST_BEGUN);
  }

  post(batch: PackedBatch): void {
    if (this.isOver) return;
    this.port.postMessage(batch);
    this.memory?.setBusy(true);
    if (this.keepsAlive) return;
    this.keepsAlive = true;
    this.worker.ref();
  }

  /** Its modules are loaded. */
  ready(): void {
    this.isReady = true;
    const { memory, memoryLimitMb } = this.plan;
    const id = Atomics.load(this.shared, THREAD_ID);
    this.memory = memory.watch(id === 0 ? undefined : id, memoryLimitMb * MB, (taken) =>
      this.kill(new Error(`a turn took ${Math.ceil(taken / MB)} MB in one stretch, more than ${memoryLimitMb} MB (memoryLimitMb)`)));
    this.memory.setBusy(true);
  }

  /** L2. `isBusy`: it has turns that have not ended. `ping` asks it for a sign of life. */
  look(isBusy: boolean, lateMs: number, ping: (number: number) => void): void {
    const nowMs = this.clock.monotonicMs();
    if (!this.isReady) {
      if (nowMs - this.startedMs > START_LIMIT_MS) this.kill(new Error(`its modules did not load within ${START_LIMIT_MS} ms`));
      return;
    }
    if (!isBusy) return this.rest();
    const progress = Atomics.load(this.shared, PROGRESS);
    if (!this.pinged) ping(++this.pings);
    if (!this.pinged || this.pinged.progress !== progress) this.pinged = { number: this.pings, progress, atMs: nowMs };
    // What the silo itself stood still does not count: it could not have read an answer.
    else if (lateMs > 0) this.pinged = { ...this.pinged, atMs: this.pinged.atMs + lateMs };
    else if (nowMs - this.pinged.atMs >= this.plan.turnLimitMs) this.kill(new Error(`a turn blocked the thread for ${this.plan.turnLimitMs} ms (turnLimit)`));
  }

  /** L3. */
  private rest(): void {
    this.pinged = undefined;
    this.memory?.setBusy(false);
    if (!this.keepsAlive) return;
    this.keepsAlive = false;
    this.worker.unref();
  }

  answered(ping: number): void {
    if (ping === this.pings) this.pinged = undefined;
  }

  acknowledge(count: number): void {
    Atomics.add(this.shared, HEARD, count);
    Atomics.notify(this.shared, HEARD);
  }

  kill(reason: Error): void {
    this.die(reason, undefined);
  }

  /** In silence. A thread that hangs in a system call ends when that does; nobody else waits for it. */
  async end(): Promise<void> {
    this.isOver = true;
    this.memory?.unwatch();
    // Before the thread's end: what it has said till then would all be read in one go, and nobody hears it.
    this.port.close();
    let timer: TimerHandle | undefined;
    const limit = new Promise<void>((resolve) => (timer = this.clock.setTimer(resolve, END_LIMIT_MS)));
    await Promise.race([this.worker.terminate(), limit]);
    timer?.cancel();
  }

  /** What had ended well before has ended well. Bounded: a thread may have said very much. */
  private hearLastWords(): void {
    for (let left = LAST_BATCHES; left > 0; left--) {
      const last: { readonly message: unknown } | undefined = receiveMessageOnPort(this.port);
      if (!last) return;
      this.listener.heard(last.message as PackedBatch);
    }
  }

  /** L1. */
  private die(thrown: unknown, exitCode: number | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    this.hearLastWords();
    void this.end();
    this.listener.died(thrown, exitCode);
  }
}

/** A silo that has no room for temporary files has threads all the same. */
function scratchOf({ scratchRoot }: LifeParts): ThreadStart['scratch'] {
  try {
    return { root: scratchRoot() };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

/** In a thread of this process. */
export const beginThread: BeginLife = (plan, parts, listener) => new ThreadLife(plan, parts, listener);
