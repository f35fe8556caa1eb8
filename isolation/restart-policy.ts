// RestartPolicy. Owns: the memory of one component class's crashes on one silo (or one instance's, for `dedicated`). Does not own: threads,
// timers, clocks; every instant is given to it, in milliseconds of one clock that does not go back.
//   P1. The first crash is answered at once; each further one waits twice as long, to `maxDelayMs`, until nothing has crashed for `quietMs`.
//   P2. `crashLimit` crashes within `windowMs`, or without a turn that ended well in between, degrade it: no thread until the cool-down ends.
//   P3. After the cool-down there is one try. If it crashes the component is degraded anew at once; if it does some work all is forgotten.
//   P4. Chance only ever shortens a wait, so that the bounds hold, and only ever lengthens a cool-down.

export type RestartVerdict =
  | { readonly kind: 'restart'; readonly delayMs: number }
  | { readonly kind: 'degraded'; readonly untilMs: number };

export interface RestartLimits {
  readonly baseDelayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  /** The share of a wait that chance may take off: 0.5 leaves at least half of it. */
  readonly jitter: number;
  readonly quietMs: number;
  readonly crashLimit: number;
  readonly windowMs: number;
  readonly coolDownMs: number;
}

export const RESTART_LIMITS: RestartLimits = {
  baseDelayMs: 50, factor: 2, maxDelayMs: 5000, jitter: 0.5, quietMs: 60_000, crashLimit: 5, windowMs: 60_000, coolDownMs: 30_000,
};

/** Says after each crash when its component may have a thread again. */
export class RestartPolicy {
  /** Instants of the crashes of the window, oldest first, the last `crashLimit` at most. */
  private recent: number[] = [];
  /** Crashes without a quiet time in between. */
  private streak = 0;
  private lastCrashMs = -Infinity;
  /** Crashes since a turn ended well. */
  private barren = 0;
  private isDegraded = false;
  /** End of the cool-down. */
  private untilMs = -Infinity;

  /** `random`: 0 to below 1. */
  constructor(private readonly random: () => number, private readonly limits: RestartLimits = RESTART_LIMITS) {}

  /** A thread crashed, or could not start. */
  onCrash(nowMs: number): RestartVerdict {
    const wasDegraded = this.isDegraded;
    this.streak = nowMs - this.lastCrashMs >= this.limits.quietMs ? 1 : this.streak + 1;
    this.lastCrashMs = nowMs;
    this.barren++;
    this.recent.push(nowMs);
    this.forgetOld(nowMs);
    if (wasDegraded || this.recent.length >= this.limits.crashLimit || this.barren >= this.limits.crashLimit) return this.degrade(nowMs);
    return { kind: 'restart', delayMs: this.nextDelay() };
  }

  /** A thread did some work: a turn ended in it. */
  onHealthy(nowMs: number): void {
    this.barren = 0;
    if (!this.isDegraded || nowMs < this.untilMs) return;
    this.isDegraded = false;
    this.recent = [];
    this.streak = 0;
    this.lastCrashMs = -Infinity;
  }

  private degrade(nowMs: number): RestartVerdict {
    this.isDegraded = true;
    // A cool-down is promised to last, so chance makes it longer.
    this.untilMs = nowMs + this.limits.coolDownMs * (1 + this.random() * COOL_DOWN_SPREAD);
    return { kind: 'degraded', untilMs: this.untilMs };
  }

  /** P1, P4. */
  private nextDelay(): number {
    if (this.streak === 1) return 0;
    const { baseDelayMs, factor, maxDelayMs, jitter } = this.limits;
    return Math.min(maxDelayMs, baseDelayMs * factor ** (this.streak - 2)) * (1 - jitter * this.random());
  }

  private forgetOld(nowMs: number): void {
    const fromMs = nowMs - this.limits.windowMs;
    this.recent = this.recent.slice(-this.limits.crashLimit).filter((atMs) => atMs > fromMs);
  }
}

/** Silos whose components were degraded together do not all try again together. */
const COOL_DOWN_SPREAD = 0.1;
