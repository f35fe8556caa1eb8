import { parseDuration, type Duration } from '../../protocol/duration.js';
import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';

interface VirtualTimer {
  readonly dueMs: number;
  readonly serial: number;
  readonly callback: () => void;
}

/**
 * Time that stands still until `advance`. Timers ring in the order of their due times (then of their setting), and everything that a
 * timer set in motion in memory has run before the next one rings.
 */
export class VirtualClock implements Clock {
  private elapsedMs = 0;
  private serial = 0;
  private readonly timers = new Set<VirtualTimer>();

  constructor(private readonly startMs = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.startMs + this.elapsedMs;
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    const timer = { dueMs: this.elapsedMs + Math.max(0, delayMs), serial: ++this.serial, callback };
    this.timers.add(timer);
    return { cancel: () => void this.timers.delete(timer) };
  }

  /** Lets time pass; resolves when every timer due by then has rung and what they started in memory has settled. */
  async advance(duration: Duration): Promise<void> {
    const goalMs = this.elapsedMs + parseDuration(duration, 'advance');
    await settle();
    for (let timer = this.nextBy(goalMs); timer; timer = this.nextBy(goalMs)) {
      this.timers.delete(timer);
      this.elapsedMs = Math.max(this.elapsedMs, timer.dueMs);
      timer.callback();
      await settle();
    }
    this.elapsedMs = goalMs;
  }

  /** Lets time pass, `step` by step, until the promise settles; returns it. */
  async until<T>(promise: Promise<T>, step: Duration = '10ms'): Promise<T> {
    let isSettled = false;
    const settled = (): void => void (isSettled = true);
    promise.then(settled, settled);
    await settle();
    while (!isSettled) await this.advance(step);
    return promise;
  }

  private nextBy(goalMs: number): VirtualTimer | undefined {
    let next: VirtualTimer | undefined;
    for (const timer of this.timers) {
      if (timer.dueMs > goalMs) continue;
      if (!next || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.serial < next.serial)) next = timer;
    }
    return next;
  }
}

/** One full round of the event loop: all microtasks that are due have run. */
async function settle(): Promise<void> {
  for (let round = 0; round < 2; round++) await new Promise<void>((resolve) => void setImmediate(resolve));
}
