// Outbound. Owns: deliveries of this silo's senders on their way into the queues, a batch per partition at a time; what comes meanwhile goes into the next.
//   B1. Per sender and listener they enter the queue in the order in which they were added: a partition's next batch follows the last one's answer.
import type { Codec } from '../../protocol/codec/index.js';
import { encodeDeliveries, type Delivery } from '../../protocol/delivery.js';
import type { Clock, DeliveryQueues, Logger } from '../../protocol/ports/index.js';

const MAX_BATCH = 256;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2000;

interface Waiting {
  readonly delivery: Delivery;
  readonly stored: () => void;
}

interface Line {
  readonly waiting: Waiting[];
  isSending: boolean;
}

export interface OutboundParts {
  readonly queues: DeliveryQueues;
  readonly partitionOf: (delivery: Delivery) => number;
  readonly codec: () => Codec;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Outbound {
  private readonly lines = new Map<number, Line>();
  private isStopped = false;

  constructor(private readonly parts: OutboundParts) {}

  /** Resolves when all of them are stored; never when this is stopped first. */
  async add(deliveries: readonly Delivery[]): Promise<void> {
    await Promise.all(deliveries.map((delivery) => new Promise<void>((stored) => this.enqueue({ delivery, stored }))));
  }

  stop(): void {
    this.isStopped = true;
    this.lines.clear();
  }

  private enqueue(waiting: Waiting): void {
    const partition = this.parts.partitionOf(waiting.delivery);
    let line = this.lines.get(partition);
    if (!line) this.lines.set(partition, (line = { waiting: [], isSending: false }));
    line.waiting.push(waiting);
    if (line.isSending) return;
    line.isSending = true;
    // What is added in the same stack goes along.
    queueMicrotask(() => void this.drain(partition, line));
  }

  private async drain(partition: number, line: Line): Promise<void> {
    while (line.waiting.length > 0 && !this.isStopped) {
      const batch = line.waiting.splice(0, MAX_BATCH);
      if (!(await this.store(partition, encodeDeliveries(batch.map(({ delivery }) => delivery), this.parts.codec())))) break;
      for (const { stored } of batch) stored();
    }
    line.isSending = false;
  }

  /** Again until it is known to be stored: duplicates are known to their listeners. False: this was stopped before. */
  private async store(partition: number, bytes: Uint8Array): Promise<boolean> {
    const { queues, clock, log } = this.parts;
    for (let pauseMs = FIRST_RETRY_MS; !this.isStopped; pauseMs = Math.min(LONGEST_RETRY_MS, 2 * pauseMs)) {
      try {
        await queues.add(partition, bytes);
        return true;
      } catch (error) {
        log.warn({ err: error, partition }, 'messages could not be put into their queue; it is tried again');
        await new Promise<void>((resolve) => void clock.setTimer(resolve, pauseMs));
      }
    }
    return false;
  }
}
