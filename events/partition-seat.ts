// PartitionSeat. Owns: one silo's registration as the owner of one partition, and the consumer that rests on it.
//   PS1. A consumer runs only while this silo is registered as far as it knows: it begins after CLAIM's answer, and has ended before RELEASE is sent.
//   PS2. One step at a time. What was wanted meanwhile is seen to after it.
//   PS3. What a dead owner's consumer held comes back at once: whoever takes its place says so (Q2: it may still run there).
import type { ActorDirectory } from '../directory/actor-directory.js';
import { partitionId } from '../protocol/partitions.js';
import type { ConsumeOptions, DeliveryConsumer } from '../protocol/ports/delivery-queue.js';
import type { Logger } from '../protocol/ports/logger.js';
import type { Token } from '../protocol/ports/state-store.js';

export interface PartitionSeatOptions {
  readonly directory: Pick<ActorDirectory, 'register' | 'unregister'>;
  readonly log: Pick<Logger, 'debug'>;
  /** Begins to consume. */
  consume(partition: number, options: ConsumeOptions): DeliveryConsumer;
}

export class PartitionSeat {
  private held: { readonly token: Token; readonly consumer: DeliveryConsumer } | undefined;
  private isWanted = false;
  private step: Promise<void> | undefined;
  /** This silo was declared dead: what is registered is others' affair. */
  isFenced = false;

  constructor(private readonly partition: number, private readonly options: PartitionSeatOptions) {}

  /** It is consumed here. */
  get isTaken(): boolean {
    return this.held !== undefined;
  }

  /** Takes the partition if it is free or its owner is dead, or gives it up. Resolves when that is done, or cannot be done now. Never rejects. */
  want(isWanted: boolean): Promise<void> {
    this.isWanted = isWanted;
    if (!this.step && isWanted === this.isTaken) return Promise.resolve();
    return (this.step ??= this.run()); // PS2
  }

  private async run(): Promise<void> {
    while (this.isWanted !== this.isTaken) {
      if (!this.isWanted) await this.leave();
      else if (!(await this.take())) break;
    }
    this.step = undefined; // In the same step as the last look at what is wanted: what is wanted later begins anew.
  }

  /** False: another has it, or nobody knows. */
  private async take(): Promise<boolean> {
    const { partition, options } = this;
    try {
      const registration = await options.directory.register(partitionId(partition));
      if ('holder' in registration) return false;
      this.held = { token: registration.token, consumer: options.consume(partition, { isOfDead: registration.takenFrom !== undefined }) };
      return true;
    } catch (error) {
      options.log.debug({ err: error, partition }, 'partitions: one could not be taken; it is tried again');
      return false;
    }
  }

  private async leave(): Promise<void> {
    const { token, consumer } = this.held!;
    try {
      await consumer.stop(); // PS1
      if (!this.isFenced) await this.options.directory.unregister(partitionId(this.partition), token);
    } catch (error) {
      // Nothing is consumed here any more; others take it when this silo is dead.
      this.options.log.debug({ err: error, partition: this.partition }, 'partitions: one could not be given up');
    }
    this.held = undefined;
  }
}
