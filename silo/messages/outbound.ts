// Outbound. Owns: deliveries of this silo's senders on their way into the queues, a batch per partition at a time; what comes meanwhile goes into the next.
//   B1. Per sender and listener they enter the queue in the order in which they were added: a partition's next batch follows the last one's answer.
import Denque from 'denque';
import type { Codec } from '../../protocol/codec/index.js';
import { encodeDeliveries, type Delivery } from '../../protocol/delivery.js';
import type { Clock, DeliveryQueues, Logger } from '../../protocol/ports/index.js';

const MAX_BATCH = 256;
/** Of payloads; one of its own may be larger. */
const MAX_BYTES = 1_000_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2000;

/** What was added at once. */
interface Addition {
  /** Not stored. */
  left: number;
  readonly stored: () => void;
}

interface Waiting {
  readonly delivery: Delivery;
  readonly addition: Addition;
}

interface Line {
  readonly waiting: Denque<Waiting>;
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
  /** Those who wait for what is on its way, and want to know when it never gets there. */
  private readonly onStop = new Set<() => void>();

  constructor(private readonly parts: OutboundParts) {}

  /** Resolves when all of them are stored; never when this is stopped first: see `unlessStopped`. */
  async add(deliveries: readonly Delivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await new Promise<void>((stored) => {
      const addition = { left: deliveries.length, stored };
      for (const delivery of deliveries) this.enqueue({ delivery, addition });
    });
  }

  /** True when `stored` resolves; false when this was stopped, or is before that. */
  async unlessStopped(stored: Promise<void>): Promise<boolean> {
    if (this.isStopped) return false;
    let tell!: () => void;
    const stopped = new Promise<false>((resolve) => this.onStop.add((tell = () => resolve(false))));
    try {
      return await Promise.race([stored.then(() => true as const), stopped]);
    } finally {
      this.onStop.delete(tell);
    }
  }

  stop(): void {
    this.isStopped = true;
    this.lines.clear();
    for (const tell of this.onStop) tell();
  }

  private enqueue(waiting: Waiting): void {
    const partition = this.parts.partitionOf(waiting.delivery);
    let line = this.lines.get(partition);
    if (!line) this.lines.set(partition, (line = { waiting: new Denque(), isSending: false }));
    line.waiting.push(waiting);
    if (line.isSending) return;
    line.isSending = true;
    // What is added in the same stack goes along.
    queueMicrotask(() => void this.drain(partition, line));
  }

  private async drain(partition: number, line: Line): Promise<void> {
    while (line.waiting.length > 0 && !this.isStopped) {
      const batch = this.nextBatch(line);
      if (!(await this.store(partition, encodeDeliveries(batch.map(({ delivery }) => delivery))))) break;
      for (const { addition } of batch) if (--addition.left === 0) addition.stored();
    }
    line.isSending = false;
  }

  private nextBatch({ waiting }: Line): readonly Waiting[] {
    let count = 0;
    for (let size = 0; count < Math.min(MAX_BATCH, waiting.length); count++) {
      size += waiting.peekAt(count)!.delivery.payload.length;
      if (count > 0 && size > MAX_BYTES) break;
    }
    return waiting.remove(0, count);
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
