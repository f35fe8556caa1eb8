import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';

interface FakeTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that a test moves. Timers ring inside `advance`, in the order they are due. */
export class FakeClock implements Clock {
  private wallMs = Date.UTC(2030, 0, 1);
  private elapsedMs = 1000;
  private readonly timers = new Set<FakeTimer>();

  /** Timers that are armed now. */
  get armed(): number {
    return this.timers.size;
  }

  now(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    const timer = { dueMs: this.elapsedMs + delayMs, callback };
    this.timers.add(timer);
    return { cancel: () => void this.timers.delete(timer) };
  }

  advance(ms: number): void {
    const untilMs = this.elapsedMs + ms;
    for (let next = this.earliest(untilMs); next; next = this.earliest(untilMs)) {
      this.timers.delete(next);
      this.pass(Math.max(0, next.dueMs - this.elapsedMs));
      next.callback();
    }
    this.pass(untilMs - this.elapsedMs);
  }

  /** The wall clock alone moves: a suspended machine, or a set clock. */
  jump(ms: number): void {
    this.wallMs += ms;
  }

  /** What `look` sees when both clocks stand `ms` ahead; no timer rings. */
  peek<T>(ms: number, look: () => T): T {
    this.pass(ms);
    try {
      return look();
    } finally {
      this.pass(-ms);
    }
  }

  private pass(ms: number): void {
    this.elapsedMs += ms;
    this.wallMs += ms;
  }

  private earliest(untilMs: number): FakeTimer | undefined {
    const due = [...this.timers].filter(({ dueMs }) => dueMs <= untilMs);
    return due.sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}
