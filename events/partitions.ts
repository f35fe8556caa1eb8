// Partitions. Owns: which partitions this silo consumes.
//   PA1. Safety is the registration's: a partition is taken only when it is free or its owner's incarnation is dead (CLAIM), and given up only
//        after its consumer has ended (PartitionSeat). Two silos that think differently of who lives meet there.
//   PA2. Rendezvous hashing over the silos that are up says who should have it. Whoever should not gives it up; whoever should asks again until it
//        is free.
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import type { Membership } from '../protocol/ports/membership.js';
import { PARTITIONS } from '../protocol/partitions.js';
import { PartitionSeat, type PartitionSeatOptions } from './partition-seat.js';
import { rightfulOwner, type Candidate } from './rendezvous.js';

/** How often a silo asks for what it should have and does not. */
const ASK_EVERY_MS = 250;

export interface PartitionsOptions extends PartitionSeatOptions {
  readonly siloId: string;
  readonly membership: Pick<Membership, 'incarnation' | 'peers' | 'onChange' | 'onFenced'>;
  readonly clock: Pick<Clock, 'setTimer'>;
  /** As many as the cluster was made with; 32. */
  readonly count?: number | undefined;
}

export class Partitions {
  private readonly seats: readonly PartitionSeat[];
  private timer: TimerHandle | undefined;
  private endWatch: (() => void) | undefined;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: PartitionsOptions) {
    this.seats = Array.from({ length: options.count ?? PARTITIONS }, (_, partition) => new PartitionSeat(partition, options));
  }

  /** Those that are consumed here, in order. */
  get taken(): readonly number[] {
    return this.seats.flatMap((seat, partition) => (seat.isTaken ? [partition] : []));
  }

  /** Begins, when the silo has joined: takes what it should have. A silo that is fenced stops. */
  start(): void {
    if (this.endWatch || this.stopping) return;
    const { membership } = this.options;
    this.endWatch = membership.onChange(() => this.settle());
    membership.onFenced(() => {
      for (const seat of this.seats) seat.isFenced = true;
      void this.stop();
    });
    this.tick();
  }

  /** Who should consume it, as this silo sees the cluster. */
  ownerOf(partition: number): Candidate {
    const { siloId, membership } = this.options;
    return rightfulOwner(partition, [{ siloId, incarnation: membership.incarnation }, ...membership.peers])!;
  }

  /** Gives everything up: resolves when all consumers have ended and others can take over. Idempotent; waits for handlers: bound the wait. */
  stop(): Promise<void> {
    return (this.stopping ??= this.end());
  }

  private async end(): Promise<void> {
    this.timer?.cancel();
    this.endWatch?.();
    await Promise.all(this.seats.map((seat) => seat.want(false)));
  }

  private tick(): void {
    if (this.stopping) return;
    this.settle();
    this.timer = this.options.clock.setTimer(() => this.tick(), ASK_EVERY_MS);
  }

  private settle(): void {
    if (this.stopping) return;
    const { incarnation } = this.options.membership;
    for (const [partition, seat] of this.seats.entries()) void seat.want(this.ownerOf(partition).incarnation === incarnation);
  }
}
