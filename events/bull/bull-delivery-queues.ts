// BullDeliveryQueues. Owns: one silo's link and consumers. The batches are in Redis, one BullMQ queue for each partition.
//   B1. Ids of batches are random, so an `add` that is sent twice while the first is stored changes nothing; those of delayed ones come from their
//       ids. BullMQ takes no ':' and no digits alone.
import { randomUUID } from 'node:crypto';
import { LinkLostError } from '../../protocol/errors/index.js';
import { asBatchesHandler, type BatchHandler, type BatchesHandler, type ConsumeOptions, type DeliveryConsumer, type DeliveryQueues } from '../../protocol/ports/delivery-queue.js';
import { encodeKeyPart } from '../../state/redis-keys.js';
import { HandlingTurns } from '../handling-turns.js';
import { writeBatch } from './batch-data.js';
import { BullConsumer } from './bull-consumer.js';
import { BullLink, type BullLinkOptions } from './bull-link.js';

const JOB_NAME = 'b';

/** Batches in Redis, over BullMQ. */
export class BullDeliveryQueues implements DeliveryQueues {
  private readonly consumers = new Set<BullConsumer>();
  private readonly turns = new HandlingTurns();
  private stopping: Promise<void> | undefined;

  private constructor(private readonly link: BullLink, private readonly options: BullLinkOptions) {}

  /** Throws `ConfigurationError` when Redis cannot be reached. */
  static async open(options: BullLinkOptions): Promise<BullDeliveryQueues> {
    return new BullDeliveryQueues(await BullLink.open(options), options);
  }

  async add(partition: number, batch: Uint8Array): Promise<void> {
    const queue = await this.open().queue(partition);
    await queue.add(JOB_NAME, writeBatch(batch), { jobId: `b-${randomUUID()}` }); // B1
  }

  async addDelayed(partition: number, id: string, batch: Uint8Array, dueMs: number): Promise<void> {
    const queue = await this.open().queue(partition);
    const nowMs = Date.now(); // BullMQ reckons with that clock.
    await queue.add(JOB_NAME, writeBatch(batch), { jobId: `d-${encodeKeyPart(id)}`, timestamp: nowMs, delay: Math.max(0, Math.ceil(dueMs - nowMs)) });
  }

  consume(partition: number, handler: BatchHandler | BatchesHandler, { isOfDead = false }: ConsumeOptions = {}): DeliveryConsumer {
    const link = this.open();
    const { clock, log } = this.options;
    const consumer = new BullConsumer({
      partition, handler: asBatchesHandler(handler), clock, log, turns: this.turns, waiting: async (count) => (await link.queue(partition)).getWaiting(0, count - 1),
      prepare: () => link.queue(partition).then(() => (isOfDead ? link.handBack(partition) : undefined)), backlog: () => this.depth(partition), makeWorker: (process) => link.worker(partition, process),
    });
    this.consumers.add(consumer);
    consumer.start();
    return { stop: () => this.stopConsumer(consumer) };
  }

  async depth(partition: number): Promise<number> {
    const { wait = 0, active = 0 } = await (await this.link.queue(partition)).getJobCounts('wait', 'active');
    return wait + active;
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.end());
  }

  private async end(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => this.stopConsumer(consumer)));
    this.link.close();
  }

  private async stopConsumer(consumer: BullConsumer): Promise<void> {
    await consumer.stop();
    this.consumers.delete(consumer);
  }

  private open(): BullLink {
    if (this.stopping) throw new LinkLostError('the delivery queues of this silo were stopped: nothing was stored');
    return this.link;
  }
}
