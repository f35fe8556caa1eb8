// The bare mechanism: calls through a message port in batches, a promise each. `PortEcho` in the main thread, the rest in the worker.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

export class PortEcho {
  private readonly worker = new Worker(new URL(import.meta.url));
  private readonly waiting = new Map<number, (value: number) => void>();
  private batch: number[] = [];
  private last = 0;
  private isScheduled = false;

  constructor() {
    this.worker.on('message', (batch: readonly number[]) => {
      for (let i = 0; i < batch.length; i += 2) {
        const resolve = this.waiting.get(batch[i]!)!;
        this.waiting.delete(batch[i]!);
        resolve(batch[i + 1]!);
      }
    });
  }

  call(amount: number): Promise<number> {
    const id = ++this.last;
    this.batch.push(id, amount);
    if (!this.isScheduled) {
      this.isScheduled = true;
      queueMicrotask(this.leaveNext);
    }
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  private readonly leaveNext = (): void => process.nextTick(this.leave);

  private readonly leave = (): void => {
    this.isScheduled = false;
    this.worker.postMessage(this.batch);
    this.batch = [];
  };
}

if (!isMainThread) {
  parentPort!.on('message', (batch: number[]) => {
    let value = 0;
    for (let i = 1; i < batch.length; i += 2) batch[i] = value += batch[i]!;
    parentPort!.postMessage(batch);
  });
}
