// BullConsumer. Owns: the worker of one partition on this silo, and the batches that it has.
//   C1. BullMQ's own retries are not used: they put a job behind the others. A batch is tried again while its lock is held (BatchAttempts), and
//       whoever stops in between puts it back at the head.
//   C3. A busy one handles its batch together with what waits behind it. That stays where it is until it is handled: whoever takes over finds it in its
//       place. Only for so long: what is due later is put into its place between two jobs.
//   C2. `stop` waits for the handler, not for Redis: when Redis does not answer, the lock ends by itself.
import { WaitingError, type Job } from 'bullmq';
import type { Clock } from '../../protocol/ports/clock.js';
import type { DeliveryConsumer } from '../../protocol/ports/delivery-queue.js';
import type { Logger } from '../../protocol/ports/logger.js';
import { BatchAttempts, type BatchAttemptsOptions } from '../batch-attempts.js';
import { readBatch } from './batch-data.js';
import type { BatchProcessor, PartitionWorker } from './partition-worker.js';
import type { HandlingTurns } from '../handling-turns.js';
import { StuckWatch } from './stuck-watch.js';

/** How long BullMQ has to end a worker that runs nothing any more. */
const CLOSE_LIMIT_MS = 3000;
const PREPARE_AGAIN_MS = 1000;
/** C3: whose next batch comes so soon after the last one. */
const BUSY_MS = 1000;
const LONGEST_JOB_MS = 250;
const MOST_BYTES = 100_000;

export interface BullConsumerOptions extends BatchAttemptsOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  /** Resolves when the queue has its settings: nobody must take from it before. */
  prepare(): Promise<unknown>;
  /** Makes a worker that begins at once. */
  makeWorker(process: BatchProcessor): PartitionWorker;
  backlog(): Promise<number>;
  /** The silo's. */
  readonly turns: HandlingTurns;
  /** Jobs that wait, the oldest first. */
  waiting(count: number): Promise<readonly Job<string>[]>;
}

interface WaitingJob {
  readonly job: Job<string>;
  readonly bytes: Uint8Array;
}

export class BullConsumer implements DeliveryConsumer {
  private readonly attempts: BatchAttempts;
  private readonly watch: StuckWatch;
  private worker: PartitionWorker | undefined;
  private running: Promise<boolean> | undefined;
  private taken = 0;
  private endedMs = -Infinity;
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
    const running = this.run(batch);
    this.running = running;
    const isHandled = await running;
    if (this.running === running) this.running = undefined;
    this.endedMs = this.options.clock.monotonicMs();
    if (isHandled) return;
    await job.moveToWait(lockToken); // C1. When that fails the lock ends by itself: BullMQ reports it.
    throw new WaitingError();
  };

  /** False: it was stopped before the job's own batch was handled. C3. */
  private async run(batch: Uint8Array): Promise<boolean> {
    const { clock, handler } = this.options;
    const startMs = clock.monotonicMs();
    const isBusy = handler.atMost > 1 && startMs - this.endedMs < BUSY_MS;
    const isHandled = (await this.handle([batch], isBusy)) > 0;
    while (isHandled && isBusy && clock.monotonicMs() - startMs < LONGEST_JOB_MS && (await this.handle([], true)) > 0);
    return isHandled;
  }

  /** Of its own and of those that wait behind: how many were handled. What waits is read when its turn has come: the later, the more. */
  private async handle(own: readonly Uint8Array[], withWaiting: boolean): Promise<number> {
    const leave = await this.options.turns.enter();
    try {
      const jobs = withWaiting ? await this.waitingJobs(this.options.handler.atMost - own.length) : [];
      const batches = [...own, ...jobs.map(({ bytes }) => bytes)];
      if (batches.length === 0 || !(await this.attempts.run(batches))) return 0;
      leave();
      await Promise.all(jobs.map(({ job }) => job.remove().catch(() => undefined))); // Else it comes again, and is known.
      return batches.length;
    } finally {
      leave();
    }
  }

  /** What can be read of it, as far as that is not too much. Never rejects. */
  private async waitingJobs(atMost: number): Promise<readonly WaitingJob[]> {
    const jobs = await this.options.waiting(atMost).catch(() => []);
    const readable: WaitingJob[] = [];
    let size = 0;
    for (const job of jobs) {
      const bytes = readBatch(job.data);
      if (!bytes || (size += bytes.length) > MOST_BYTES) break;
      readable.push({ job, bytes });
    }
    return readable;
  }

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
