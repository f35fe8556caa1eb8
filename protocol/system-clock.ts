import type { Clock, TimerHandle } from './ports/clock.js';

/** The machine's clocks and timers (browser and Node). */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    const timer: unknown = setTimeout(callback, delayMs);
    (timer as { unref?: () => void }).unref?.();
    return { cancel: () => clearTimeout(timer as ReturnType<typeof setTimeout>) };
  }
}
