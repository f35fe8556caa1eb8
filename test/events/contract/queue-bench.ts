import type { BatchHandler, ConsumeOptions, DeliveryConsumer, DeliveryQueues } from '../../../protocol/ports/delivery-queue.js';
import { phase } from '../../state/phase.js';

/** Where the contract is tried. */
export interface QueuesUnderTest {
  /** Another silo's way to the same queues. */
  open(): Promise<DeliveryQueues>;
  now(): number;
  /** Lets so much time pass, when it does not pass by itself. */
  pass(ms: number): void;
  dispose(): Promise<void>;
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (batch: Uint8Array): string => new TextDecoder().decode(batch);

/** Several silos on the same queues, and what their consumers were handed. */
export class QueueBench {
  private under: QueuesUnderTest | undefined;
  private opened: DeliveryQueues[] = [];

  open(under: QueuesUnderTest): void {
    this.under = under;
    this.opened = [];
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.map((queues) => queues.stop()));
    await this.under?.dispose();
  }

  get time(): QueuesUnderTest {
    return this.under!;
  }

  async silo(): Promise<DeliveryQueues> {
    const queues = await this.under!.open();
    this.opened.push(queues);
    return queues;
  }

  /** Waits for it; while it waits time passes where it does not by itself. */
  reached(name: string, isReached: () => boolean | Promise<boolean>): Promise<void> {
    return phase(name, async () => {
      this.under!.pass(10);
      return isReached();
    });
  }
}

/** A consumer that notes what it was handed, and holds each batch until told (`holding`) or not at all. */
export class TestConsumer {
  readonly seen: string[] = [];
  /** Batches that are being handled now. */
  running = 0;
  mostAtOnce = 0;
  private readonly held: (() => void)[] = [];
  private readonly consumer: DeliveryConsumer;

  constructor(queues: DeliveryQueues, partition: number, private readonly options: { readonly isHolding?: boolean; readonly fail?: (text: string) => boolean } & ConsumeOptions = {}) {
    const handle: BatchHandler = async (batch) => this.handle(text(batch));
    this.consumer = queues.consume(partition, handle, options);
  }

  stop(): Promise<void> {
    return this.consumer.stop();
  }

  /** Lets the batch that runs end. */
  release(): void {
    this.held.shift()?.();
  }

  private async handle(batch: string): Promise<void> {
    this.seen.push(batch);
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    try {
      if (this.options.isHolding) await new Promise<void>((release) => this.held.push(release));
      else await new Promise((resolve) => setImmediate(resolve));
      if (this.options.fail?.(batch)) throw new Error(`no luck with ${batch}`);
    } finally {
      this.running -= 1;
    }
  }
}

export const named = (count: number, name = 'batch'): readonly string[] => Array.from({ length: count }, (_, at) => `${name} ${at}`);

/** One after another. */
export async function addAll(queues: DeliveryQueues, partition: number, texts: readonly string[]): Promise<void> {
  for (const each of texts) await queues.add(partition, bytes(each));
}
