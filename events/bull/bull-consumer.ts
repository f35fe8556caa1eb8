// BullConsumer. Owns: the worker of one partition on this silo, and the one batch that it has.
//   C1. BullMQ's own retries are not used: they put a job behind the others. A batch is tried again while its lock is held (BatchAttempts), and
//       whoever stops in between puts it back at the head.
//   C2. `stop` waits for the handler, not for Redis: when Redis does not answer, the lock ends by itself.
import { WaitingError, type Job } from 'bullmq';
import type { Clock } from '../../protocol/ports/clock.js';
import type { DeliveryConsumer } from '../../protocol/ports/delivery-queue.js';
import type { Logger } from '../../protocol/ports/logger.js';
import { BatchAttempts, type BatchAttemptsOptions } from '../batch-attempts.js';
import { readBatch } from './batch-data.js';
import type { BatchProcessor, PartitionWorker } from './partition-worker.js';
import { StuckWatch } from './stuck-watch.js';

/** How long BullMQ has to end a worker that runs nothing any more. */
const CLOSE_LIMIT_MS = 3000;
const PREPARE_AGAIN_MS = 1000;

export interface BullConsumerOptions extends BatchAttemptsOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  /** Resolves when the queue has its settings: nobody must take from it before. */
  prepare(): Promise<unknown>;
  /** Makes a worker that begins at once. */
  makeWorker(process: BatchProcessor): PartitionWorker;
  backlog(): Promise<number>;
}

export class BullConsumer implements DeliveryConsumer {
  private readonly attempts: BatchAttempts;
  private readonly watch: StuckWatch;
  private worker: PartitionWorker | undefined;
  private running: Promise<boolean> | undefined;
  private taken = 0;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: BullConsumerOptions) {
    this.attempts = new BatchAttempts(options);
    this.watch = new StuckWatch({
      clock: options.clock, backlog: () => options.backlog(), progress: () => (this.running ? undefined : this.taken), restart: () => this.restart(),
    });
  }

  start(): void {
    if (this.stopping) return;
    const { partition, log, clock } = this.options;
    this.options.prepare().then(() => this.begin(), (error: unknown) => {
      if (this.stopping) return;
      log.warn({ err: error, partition }, 'queues: a partition has no consumer yet; it is tried again');
      clock.setTimer(() => this.start(), PREPARE_AGAIN_MS);
    });
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.end());
  }

  private begin(): void {
    if (this.stopping) return;
    this.worker = this.options.makeWorker(this.process);
    this.watch.start();
  }

  private async end(): Promise<void> {
    this.watch.stop();
    const closed = this.worker?.close(); // First: it fetches nothing any more from here on.
    this.attempts.stop();
    await this.running;
    if (!closed) return;
    await this.within(closed); // C2
    await this.worker?.abandon();
  }

  private readonly process = async (job: Job<string>, lockToken: string | undefined): Promise<void> => {
    const batch = readBatch(job.data);
    if (!batch) {
      const { partition } = this.options;
      this.options.log.error({ partition, job: job.id }, 'a batch of deliveries has lost its content in Redis (is maxmemory-policy noeviction?); what it carried is delivered only if its senders still have it');
      return;
    }
    this.taken += 1;
    const running = this.attempts.run(batch);
    this.running = running;
    const isHandled = await running;
    if (this.running === running) this.running = undefined;
    if (isHandled) return;
    await job.moveToWait(lockToken); // C1. When that fails the lock ends by itself: BullMQ reports it.
    throw new WaitingError();
  };

  private restart(): void {
    const { partition, log } = this.options;
    log.warn({ partition }, 'queues: a worker has taken nothing for 10 s although batches are stored; another takes its place');
    const stuck = this.worker;
    void stuck?.close().catch(() => undefined);
    void stuck?.abandon();
    this.worker = this.options.makeWorker(this.process);
  }

  private within(closed: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.options.clock.setTimer(resolve, CLOSE_LIMIT_MS);
      closed.catch(() => undefined).finally(() => {
        timer.cancel();
        resolve();
      }).catch(() => undefined);
    });
  }
}
