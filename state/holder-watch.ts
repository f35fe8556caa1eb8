import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import type { MembershipTable } from './membership-table.js';

export interface HolderWatchOptions {
  readonly clock: Clock;
  readonly periodMs: number;
  /** How long a counter must stand still. */
  readonly silentAfterMs: number;
  /** An answer of the store slower than this makes the watch begin again: a paused Redis must not kill anybody. */
  readonly slowAnswerMs: number;
}

/** Watches another incarnation's heartbeat counter to tell a living silo from a dead one's leftover row. */
export class HolderWatch {
  private timer: TimerHandle | undefined;
  private cancelWait: (() => void) | undefined;
  private isStopped = false;

  constructor(private readonly table: MembershipTable, private readonly options: HolderWatchOptions) {}

  /** `moved` as soon as the counter is another than `heartbeat`; the silent counter's value after `silentAfterMs`; `gone` when it is not up. */
  async observe(incarnation: Incarnation, heartbeat: string): Promise<'moved' | 'silent' | 'gone' | 'stopped'> {
    const { clock, silentAfterMs, slowAnswerMs } = this.options;
    let sinceMs = clock.monotonicMs();
    while (!this.isStopped) {
      await this.pause();
      if (this.isStopped) break;
      const askedAtMs = clock.monotonicMs();
      const seen = await this.table.heartbeat(incarnation);
      const nowMs = clock.monotonicMs();
      if (seen === undefined) return 'gone';
      if (seen !== heartbeat) return 'moved';
      if (nowMs - askedAtMs > slowAnswerMs) sinceMs = nowMs;
      else if (nowMs - sinceMs >= silentAfterMs) return 'silent';
    }
    return 'stopped';
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
    this.cancelWait?.();
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      this.cancelWait = resolve;
      this.timer = this.options.clock.setTimer(resolve, this.options.periodMs);
    });
  }
}
