// SiloClock. Owns: whether one silo's process runs, and what waits for it while it stands still.
//   C1. Nothing of a silo that stands still happens: its timers ring late, answers that came meanwhile are heard afterwards, in order.
//   C2. Nothing of a dead one ever happens.
import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';

/** The cluster's time, as one silo has it. */
export class SiloClock implements Clock {
  private held: (() => void)[] = [];
  isFrozen = false;
  isStopped = false;

  constructor(private readonly shared: Clock) {}

  now(): number {
    return this.shared.now();
  }

  monotonicMs(): number {
    return this.shared.monotonicMs();
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    let isCancelled = false;
    const timer = this.shared.setTimer(() => this.whenRunning(() => {
      if (!isCancelled) callback();
    }), delayMs);
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  /** Now, or when the process runs again (C1), or never (C2). */
  whenRunning(act: () => void): void {
    if (this.isStopped) return;
    if (this.isFrozen) this.held.push(act);
    else act();
  }

  freeze(): void {
    this.isFrozen = true;
  }

  /** What is held happens as time goes on, one after the other. */
  thaw(): void {
    this.isFrozen = false;
    const held = this.held;
    this.held = [];
    for (const act of held) this.shared.setTimer(() => this.whenRunning(act), 0);
  }

  stop(): void {
    this.isStopped = true;
    this.held = [];
  }
}
