import type { DeliveryConsumer } from '../protocol/ports/delivery-queue.js';
import { BatchAttempts, type BatchAttemptsOptions } from './batch-attempts.js';
import type { HandlingTurns } from './handling-turns.js';
import type { BatchTaker, MemoryQueue } from './memory-queue.js';

export interface MemoryConsumerOptions extends BatchAttemptsOptions {
  /** The silo's. */
  readonly turns: HandlingTurns;
}

/** Takes the batches of one partition, for one silo. */
export class MemoryConsumer implements DeliveryConsumer, BatchTaker {
  private readonly attempts: BatchAttempts;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly queue: MemoryQueue, private readonly options: MemoryConsumerOptions, private readonly onStopped: () => void) {
    this.attempts = new BatchAttempts(options);
  }

  start(): void {
    this.queue.join(this);
  }

  get atMost(): number {
    return this.options.handler.atMost;
  }

  come(): void {
    this.running = this.work();
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

  private async work(): Promise<void> {
    const leave = await this.options.turns.enter(); // And so not inside the `add` that brought it.
    try {
      if (await this.attempts.run(this.queue.take(this))) this.queue.done(this);
      else this.queue.giveBack(this);
    } finally {
      leave();
    }
  }
}
