import type { Clock } from '../protocol/ports/index.js';

/** Pauses of one thing's work, which end when it does. */
export class Pauses {
  private readonly ends = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  /** Resolves after that time, or when all pauses end. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.ends.delete(end);
        resolve();
      };
      const timer = this.clock.setTimer(end, ms);
      this.ends.add(end);
    });
  }

  /** Those that run now. */
  end(): void {
    for (const end of [...this.ends]) end();
  }
}
