// MemoryDeliveryQueues. Owns: one silo's consumers. The batches are its cluster's (MemoryQueues), which the silos of a test cluster share.
import { LinkLostError } from '../protocol/errors/index.js';
import type { Clock } from '../protocol/ports/clock.js';
import { asBatchesHandler, type BatchHandler, type BatchesHandler, type DeliveryConsumer, type DeliveryQueues } from '../protocol/ports/delivery-queue.js';
import type { Logger } from '../protocol/ports/logger.js';
import { HandlingTurns } from './handling-turns.js';
import { MemoryConsumer } from './memory-consumer.js';
import { MemoryQueue } from './memory-queue.js';

/** The batches of one embedded silo, or of one test cluster: they outlive silos, and end with the process. */
export class MemoryQueues {
  private readonly queues = new Map<number, MemoryQueue>();

  of(partition: number): MemoryQueue {
    const known = this.queues.get(partition);
    if (known) return known;
    const queue = new MemoryQueue();
    this.queues.set(partition, queue);
    return queue;
  }
}

export interface MemoryDeliveryQueuesOptions {
  readonly clock: Clock;
  /** By which delayed batches are due, whoever added them and still lives; default: `clock`. */
  readonly queueClock?: Clock | undefined;
  readonly log?: Pick<Logger, 'warn'> | undefined;
}

/** The memory twin of `BullDeliveryQueues`: one for each silo, over queues that they share. Bytes are kept and handed over by reference. */
export class MemoryDeliveryQueues implements DeliveryQueues {
  private readonly consumers = new Set<MemoryConsumer>();
  private readonly turns = new HandlingTurns();
  private isStopped = false;

  constructor(private readonly queues: MemoryQueues, private readonly options: MemoryDeliveryQueuesOptions) {}

  async add(partition: number, batch: Uint8Array): Promise<void> {
    this.open(partition).add(batch);
  }

  async addDelayed(partition: number, id: string, batch: Uint8Array, dueMs: number): Promise<void> {
    this.open(partition).addDelayed(id, batch, dueMs, this.options.queueClock ?? this.options.clock);
  }

  consume(partition: number, handler: BatchHandler | BatchesHandler): DeliveryConsumer {
    const consumer = new MemoryConsumer(this.open(partition), { ...this.options, turns: this.turns, partition, handler: asBatchesHandler(handler) }, () => this.consumers.delete(consumer));
    this.consumers.add(consumer);
    consumer.start();
    return consumer;
  }

  async depth(partition: number): Promise<number> {
    return this.queues.of(partition).depth;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
  }

  /** As when the silo's process ends: what its handlers still do is not heard, and what they had comes again, to others. */
  die(): void {
    this.isStopped = true;
    for (const consumer of this.consumers) consumer.die();
  }

  private open(partition: number): MemoryQueue {
    if (this.isStopped) throw new LinkLostError('the delivery queues of this silo were stopped: nothing was stored');
    return this.queues.of(partition);
  }
}
