// BeatLoop. Owns: the timer of the beats and the one beat that is under way.
//   B1. One beat at a time; one that is not answered in time is abandoned with its connection, and its late answer still counts (L1 dates it).
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import type { BeatAnswer } from './membership-table.js';

export interface BeatLoopOptions {
  readonly clock: Clock;
  readonly periodMs: number;
  /** How long a beat may go unanswered before its connection is dropped. */
  readonly timeoutMs: number;
  /** Asked when a beat is due. */
  mayBeat(): boolean;
  send(): Promise<BeatAnswer>;
  /** `sentAtMs` is on the monotonic clock. */
  onAnswer(answer: BeatAnswer, sentAtMs: number): void;
  onTick(): void;
  abandon(): void;
}

/** Sends a beat every `periodMs` from `start` to `stop`. A beat that fails is not repeated: the next one comes soon. */
export class BeatLoop {
  private timer: TimerHandle | undefined;
  private sentAtMs: number | undefined;
  private isRunning = false;

  constructor(private readonly options: BeatLoopOptions) {}

  start(): void {
    this.isRunning = true;
    this.arm();
  }

  stop(): void {
    this.isRunning = false;
    this.timer?.cancel();
  }

  private arm(): void {
    this.timer = this.options.clock.setTimer(this.tick, this.options.periodMs);
  }

  private readonly tick = (): void => {
    this.arm();
    this.options.onTick();
    if (!this.isRunning || !this.options.mayBeat()) return;
    const now = this.options.clock.monotonicMs();
    if (this.sentAtMs === undefined) {
      this.beat(now);
    } else if (now - this.sentAtMs >= this.options.timeoutMs) {
      this.sentAtMs = undefined; // B1
      this.options.abandon();
      this.beat(now);
    }
  };

  private beat(sentAtMs: number): void {
    this.sentAtMs = sentAtMs;
    const free = () => {
      if (this.sentAtMs === sentAtMs) this.sentAtMs = undefined;
    };
    this.options.send().then(
      (answer) => {
        free();
        if (this.isRunning) this.options.onAnswer(answer, sentAtMs);
      },
      free, // No answer renews no lease: that is all a lost beat means.
    );
  }
}
