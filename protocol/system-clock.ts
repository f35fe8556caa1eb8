import type { Clock, TimerHandle } from './ports/clock.js';

/** Longer timers ring at once in browsers and Node: they are set in stages. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clocks and timers (browser and Node). */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    let timer: ReturnType<typeof setTimeout>;
    const arm = (leftMs: number): void => {
      const stageMs = Math.min(leftMs, LONGEST_TIMER_MS);
      timer = setTimeout(() => (leftMs > stageMs ? arm(leftMs - stageMs) : callback()), stageMs);
      (timer as unknown as { unref?: () => void }).unref?.();
    };
    arm(delayMs);
    return { cancel: () => clearTimeout(timer) };
  }
}
