import { Worker, type BackendFactory, type Job, type RedisQueueBackend } from 'bullmq';
import type { RedisClient } from '../../state/redis-client.js';

/** Resolves when the batch is handled; throws BullMQ's `WaitingError` when it is stored again. */
export type BatchProcessor = (job: Job<string>, lockToken: string | undefined) => Promise<void>;

export interface PartitionWorkerOptions {
  readonly prefix: string;
  /** On which it waits for batches; it is cut with the worker. */
  readonly waiting: RedisClient;
}

// protocol.md §6. A batch whose worker died comes again when its lock is over and a check has found it so, twice: the first one only notes it.
const LOCK_MS = 5000;
const CHECK_MS = 1000;
/** A batch is never given up here. */
const ANY_NUMBER = 1_000_000_000;
/** How long it waits for Redis to wake it; what a lost wake-up costs at most. */
const WAIT_SECONDS = 2;
const RETRY_MS = 250;

/** BullMQ's worker of one partition, as Troupe wants it. */
export class PartitionWorker extends Worker<string, void, string, RedisQueueBackend> {
  private readonly waitingClient: RedisClient;

  constructor(name: string, process: BatchProcessor, { prefix, waiting }: PartitionWorkerOptions, backends: BackendFactory<RedisQueueBackend>) {
    super(name, (job, lockToken) => process(job, lockToken), {
      connection: {}, prefix, concurrency: 1, lockDuration: LOCK_MS, stalledInterval: CHECK_MS, maxStalledCount: ANY_NUMBER,
      drainDelay: WAIT_SECONDS, runRetryDelay: RETRY_MS, removeOnComplete: { count: 0 }, removeOnFail: { count: 0 },
    }, backends);
    this.waitingClient = waiting;
  }

  /** Lets go of it as it is: what it holds comes again when its lock is over. Idempotent. */
  async abandon(): Promise<void> {
    this.waitingClient.disconnect();
    await this.lockManager.close();
  }
}
