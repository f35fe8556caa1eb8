import type { DeliveryConsumer } from '../protocol/ports/delivery-queue.js';
import { BatchAttempts, type BatchAttemptsOptions } from './batch-attempts.js';
import type { BatchTaker, MemoryQueue } from './memory-queue.js';

/** Takes the batches of one partition, for one silo. */
export class MemoryConsumer implements DeliveryConsumer, BatchTaker {
  private readonly attempts: BatchAttempts;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly queue: MemoryQueue, private readonly options: BatchAttemptsOptions, private readonly onStopped: () => void) {
    this.attempts = new BatchAttempts(options);
  }

  start(): void {
    this.queue.join(this);
  }

  get atMost(): number {
    return this.options.handler.atMost;
  }

  take(batches: readonly Uint8Array[]): void {
    this.running = this.work(batches);
  }

  async stop(): Promise<void> {
    this.queue.leave(this);
    this.attempts.stop();
    await this.running;
    this.onStopped();
  }

  /** Its process has ended. */
  die(): void {
    this.queue.leave(this);
    this.attempts.stop();
    this.queue.giveBack(this);
  }

  private async work(batches: readonly Uint8Array[]): Promise<void> {
    await Promise.resolve(); // Not inside the `add` that brought it.
    if (await this.attempts.run(batches)) this.queue.done(this);
    else this.queue.giveBack(this);
  }
}
