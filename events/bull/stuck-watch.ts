// StuckWatch. Owns: the suspicion against one worker that takes nothing although there is something.
import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';

const LOOK_EVERY_MS = 2500;
/** Longer than a dead worker's batch takes to come again. */
const STUCK_AFTER_MS = 10_000;

export interface WatchedWorker {
  readonly clock: Pick<Clock, 'setTimer' | 'monotonicMs'>;
  /** Batches that are stored. */
  backlog(): Promise<number>;
  /** Changes with every batch that is taken; `undefined` while one runs. */
  progress(): number | undefined;
  restart(): void;
}

/** Has a worker replaced that has taken nothing for 10 s while batches were stored. */
export class StuckWatch {
  private timer: TimerHandle | undefined;
  private suspicion: { readonly sinceMs: number; readonly progress: number } | undefined;
  private isStopped = false;

  constructor(private readonly watched: WatchedWorker) {}

  start(): void {
    if (!this.isStopped) this.timer = this.watched.clock.setTimer(() => void this.look(), LOOK_EVERY_MS);
  }

  /** Idempotent. */
  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }

  private async look(): Promise<void> {
    const before = this.watched.progress();
    // While Redis is away the look takes as long: nobody is stuck for that.
    const backlog = before === undefined ? 0 : await this.watched.backlog().catch(() => 0);
    if (this.isStopped) return;
    this.judge(backlog, this.watched.progress());
    this.start();
  }

  private judge(backlog: number, progress: number | undefined): void {
    const nowMs = this.watched.clock.monotonicMs();
    if (backlog === 0 || progress === undefined) this.suspicion = undefined;
    else if (this.suspicion?.progress !== progress) this.suspicion = { sinceMs: nowMs, progress };
    else if (nowMs - this.suspicion.sinceMs >= STUCK_AFTER_MS) {
      this.suspicion = undefined;
      this.watched.restart();
    }
  }
}
