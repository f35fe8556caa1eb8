// HeartbeatThread. Owns: the helper thread of one silo and both ends of its port. Does not own: what is done there (heartbeat-worker.ts).
//   W1. It keeps no process alive and is gone when `stop` resolves.   W2. It ends with its process: nothing of it is outside.
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { SiloLoad } from '../protocol/ports/membership.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import type { LastAnswer } from './heartbeat.js';
import type { PlainRedisSource } from './redis-source.js';

/** What the thread is started with. */
export interface ThreadOrders {
  readonly source: PlainRedisSource;
  readonly cluster: string;
  readonly incarnation: Incarnation;
  readonly genesis: string;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
  /** How long ago the main loop's tick may be for it to count as running. */
  readonly loopLimitMs: number;
  /** Of the `SharedPulse`. */
  readonly pulse: SharedArrayBuffer;
}

/** What the main loop hears of the thread. */
export interface ThreadListener {
  onEnd(answer: LastAnswer): void;
  /** The thread is gone, or never came. At most once, and not after `stop`. */
  onFailure(error: Error): void;
}

/** A thread that beats. */
export interface BeatingThread {
  /** The load that the next beats carry. */
  tellLoad(load: SiloLoad): void;
  /** Ends it wherever it is. Rejects never. */
  stop(): Promise<void>;
}

/** The thread as the main loop has it. */
export class HeartbeatThread implements BeatingThread {
  private readonly worker: Worker;
  private isOver = false;

  /** May throw: a process may forbid threads, or have no room for one. */
  constructor(orders: ThreadOrders, listener: ThreadListener) {
    this.worker = new Worker(new URL('./heartbeat-worker.js', import.meta.url), { workerData: orders, name: 'troupe heartbeat' });
    const fail = (error: Error) => {
      if (this.isOver) return;
      this.isOver = true;
      listener.onFailure(error);
    };
    this.worker.on('message', (answer: LastAnswer) => {
      if (!this.isOver) listener.onEnd(answer);
    });
    this.worker.on('error', fail);
    this.worker.on('exit', (code) => fail(new Error(`the thread ended with code ${code}`)));
    this.worker.unref(); // W1. Last: a listener for messages keeps the process alive.
  }

  tellLoad(load: SiloLoad): void {
    this.worker.postMessage(load);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.worker.terminate();
  }
}

/** The thread's own end: its orders, and the port to the main loop, which keeps it going until it is terminated. */
export function openThreadSide(onLoad: (load: SiloLoad) => void): { readonly orders: ThreadOrders; readonly tell: (answer: LastAnswer) => void } {
  const port = parentPort;
  if (!port) throw new Error('heartbeat-worker.js is the entry of a worker thread; it was loaded by a main thread');
  port.on('message', onLoad);
  return { orders: workerData as ThreadOrders, tell: (answer) => port.postMessage(answer) };
}
