// ThreadLife. Owns: one worker thread from its start to its death.
//   L1. It dies once, whatever happens: exit, an error nobody caught, out of memory, or killed because a turn blocked it. Nothing of it is heard after that.
//   L2. A turn blocks it when the thread has done nothing and answered no ping for `turnLimitMs`; while the silo itself stood still nobody can tell.
//   L3. It keeps the process alive while something is asked of it, and for a moment after.
import { Worker } from 'node:worker_threads';
import type { Clock } from '../protocol/ports/clock.js';
import { LAST_BEGUN, PROGRESS, SHARED_WORDS, type ThreadStart } from './thread-messages.js';

/** How the threads of one class are made. */
export interface ThreadPlan {
  /** Of the class. */
  readonly name: string;
  /** Asked at each start. */
  readonly modules: () => readonly string[];
  readonly memoryLimitMb: number;
  readonly turnLimitMs: number;
  /** Called when its last instance has left. */
  readonly onEmpty?: (() => void) | undefined;
}

export interface LifeListener {
  heard(batch: readonly unknown[]): void;
  /** `thrown`: what nobody caught, or why it was killed. */
  died(thrown: unknown, exitCode: number | undefined): void;
}

/** How long the modules may take to load. */
const START_LIMIT_MS = 30_000;

interface Ping {
  readonly number: number;
  readonly progress: number;
  readonly atMs: number;
}

export class ThreadLife {
  isReady = false;
  private readonly shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_WORDS));
  private readonly worker: Worker;
  private isOver = false;
  private thrown: unknown;
  private pinged: Ping | undefined;
  private pings = 0;
  private keepsAlive = true;
  private readonly startedMs: number;

  constructor(private readonly plan: ThreadPlan, private readonly clock: Clock, private readonly listener: LifeListener) {
    this.startedMs = clock.monotonicMs();
    const workerData: ThreadStart = { modules: plan.modules(), shared: this.shared.buffer };
    this.worker = new Worker(new URL('./thread/main.js', import.meta.url), {
      workerData, name: plan.name, env: {}, resourceLimits: { maxOldGenerationSizeMb: plan.memoryLimitMb },
    });
    this.worker.on('message', (batch: readonly unknown[]) => {
      if (!this.isOver) listener.heard(batch);
    });
    this.worker.on('messageerror', (error) => this.die(error, undefined));
    this.worker.on('error', (error) => (this.thrown = error));
    this.worker.on('exit', (code) => this.die(this.thrown, code));
  }

  /** The number of the last turn that began in it. */
  get lastBegun(): number {
    return Atomics.load(this.shared, LAST_BEGUN);
  }

  post(batch: unknown[]): void {
    if (this.isOver) return;
    this.worker.postMessage(batch);
    if (this.keepsAlive) return;
    this.keepsAlive = true;
    this.worker.ref();
  }

  /** L2. `isBusy`: it has turns that have not ended. `ping` asks it for a sign of life. */
  look(isBusy: boolean, isLate: boolean, ping: (number: number) => void): void {
    const nowMs = this.clock.monotonicMs();
    if (!this.isReady) {
      if (nowMs - this.startedMs > START_LIMIT_MS) this.kill(new Error(`its modules did not load within ${START_LIMIT_MS} ms`));
      return;
    }
    if (!isBusy) return this.rest();
    const progress = Atomics.load(this.shared, PROGRESS);
    if (!this.pinged) ping(++this.pings);
    if (!this.pinged || isLate || this.pinged.progress !== progress) this.pinged = { number: this.pings, progress, atMs: nowMs };
    else if (nowMs - this.pinged.atMs >= this.plan.turnLimitMs) this.kill(new Error(`a turn blocked the thread for ${this.plan.turnLimitMs} ms (turnLimit)`));
  }

  /** L3. */
  private rest(): void {
    this.pinged = undefined;
    if (!this.keepsAlive) return;
    this.keepsAlive = false;
    this.worker.unref();
  }

  answered(ping: number): void {
    if (ping === this.pings) this.pinged = undefined;
  }

  kill(reason: Error): void {
    this.die(reason, undefined);
  }

  /** In silence. A thread that hangs in a system call ends when that does; nobody else waits for it. */
  async end(): Promise<void> {
    this.isOver = true;
    await this.worker.terminate();
  }

  /** L1. */
  private die(thrown: unknown, exitCode: number | undefined): void {
    if (this.isOver) return;
    void this.end();
    this.listener.died(thrown, exitCode);
  }
}
