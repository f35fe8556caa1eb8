import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';

interface UnderWay {
  readonly dueMs: number;
  readonly arrive: () => void;
}

/** One direction of a connection: what is sent arrives in order, each after its delay, and nothing while the lane is not open. */
export class Lane {
  private queue: UnderWay[] = [];
  private lastDueMs = 0;
  private wake: TimerHandle | undefined;

  constructor(private readonly clock: Clock, private readonly isOpen: () => boolean) {}

  /** Without delay and with nothing before it, it arrives at once. */
  send(delayMs: number, arrive: () => void): void {
    // A shorter delay does not overtake a longer one before it.
    this.lastDueMs = Math.max(this.lastDueMs, this.clock.monotonicMs() + delayMs);
    this.queue.push({ dueMs: this.lastDueMs, arrive });
    this.pump();
  }

  /** The lane may be open now. */
  pump(): void {
    for (let first = this.queue[0]; first && this.isOpen(); first = this.queue[0]) {
      const leftMs = first.dueMs - this.clock.monotonicMs();
      if (leftMs > 0) return this.wakeIn(leftMs);
      this.queue.shift();
      first.arrive();
    }
  }

  /** What is under way leaves the lane without having arrived. */
  takeAll(): readonly (() => void)[] {
    const taken = this.queue;
    this.queue = [];
    this.wake?.cancel();
    return taken.map(({ arrive }) => arrive);
  }

  private wakeIn(ms: number): void {
    this.wake?.cancel();
    this.wake = this.clock.setTimer(() => this.pump(), ms);
  }
}
