// MemoryQueue. Owns: the batches of one partition, waiting, delayed, and those that are out.
//   MQ1. What is out is with one taker; what another says of it (a silo that was taken for dead) is not heard.
//   MQ2. What comes back goes to the head.
import Denque from 'denque';
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';

/** A timer counts the monotonic clock's time and takes no more than 24 days; the due time is the wall clock's. */
const LONGEST_TIMER_MS = 3_600_000;

/** Who takes batches. */
export interface BatchTaker {
  readonly atMost: number;
  /** Something waits. It has its turn until `done` or `giveBack`, and nobody else meanwhile. */
  come(): void;
}

interface StoredBatch {
  readonly bytes: Uint8Array;
  /** Of a delayed one. */
  readonly id?: string;
}

export class MemoryQueue {
  private readonly waiting = new Denque<StoredBatch>();
  /** By id: with a timer those that are not due yet, without one those that are due and not handled. */
  private readonly delayed = new Map<string, TimerHandle | undefined>();
  private readonly takers = new Set<BatchTaker>();
  private out: { readonly batches: readonly StoredBatch[]; readonly taker: BatchTaker } | undefined;

  get depth(): number {
    return this.waiting.length + (this.out?.batches.length ?? 0);
  }

  add(bytes: Uint8Array): void {
    this.append({ bytes });
  }

  addDelayed(id: string, bytes: Uint8Array, dueMs: number, clock: Clock): void {
    if (this.delayed.has(id)) return;
    const look = (): void => {
      const delayMs = dueMs - clock.now();
      this.delayed.set(id, delayMs > 0 ? clock.setTimer(look, Math.min(delayMs, LONGEST_TIMER_MS)) : undefined);
      if (delayMs <= 0) this.append({ bytes, id });
    };
    look();
  }

  /** They are out with this taker from now on. The later it asks, the more there may be. */
  take(taker: BatchTaker): readonly Uint8Array[] {
    if (this.out?.taker !== taker) return []; // MQ1
    const batches = this.waiting.remove(0, Math.min(taker.atMost, this.waiting.length));
    this.out = { batches, taker };
    return batches.map(({ bytes }) => bytes);
  }

  join(taker: BatchTaker): void {
    this.takers.add(taker);
    this.handOver();
  }

  /** It gets nothing more; what is out with it stays so until it says otherwise. */
  leave(taker: BatchTaker): void {
    this.takers.delete(taker);
  }

  /** Handled. */
  done(taker: BatchTaker): void {
    if (this.out?.taker !== taker) return; // MQ1
    for (const { id } of this.out.batches) if (id !== undefined) this.delayed.delete(id);
    this.out = undefined;
    this.handOver();
  }

  giveBack(taker: BatchTaker): void {
    if (this.out?.taker !== taker) return; // MQ1
    for (const batch of this.out.batches.toReversed()) this.waiting.unshift(batch); // MQ2
    this.out = undefined;
    this.handOver();
  }

  private append(batch: StoredBatch): void {
    this.waiting.push(batch);
    this.handOver();
  }

  private handOver(): void {
    if (this.out) return;
    const [taker] = this.takers;
    if (!taker || this.waiting.length === 0) return;
    this.out = { batches: [], taker };
    taker.come();
  }
}
