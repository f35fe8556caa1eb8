import { parseDuration, type Duration } from '../../protocol/duration.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';
import { SystemClock } from '../../protocol/system-clock.js';

const LONGEST_MS = 60_000;

/** The machine's time, with the verbs of the virtual clock: `advance` waits. */
export class WallClock implements Clock {
  private readonly system = new SystemClock();

  now(): number {
    return this.system.now();
  }

  monotonicMs(): number {
    return this.system.monotonicMs();
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    return this.system.setTimer(callback, delayMs);
  }

  /** Waits for so long: nothing makes real time pass. Refuses more than a minute, which is surely meant for a virtual clock, with `ConfigurationError`. */
  async advance(duration: Duration): Promise<void> {
    const ms = parseDuration(duration, 'advance');
    if (ms > LONGEST_MS) throw new ConfigurationError(`advance: on a real Redis time is real, and ${String(duration)} would be waited for; at most 60s, or a test cluster in memory`);
    // A plain timer: somebody waits for it, and it keeps the process alive.
    await new Promise((resolve) => void setTimeout(resolve, ms));
  }

  /** The promise: time passes by itself. */
  until<T>(promise: Promise<T>): Promise<T> {
    return promise;
  }
}
