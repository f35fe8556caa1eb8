// IdleCollector. Owns: when to look at which activation again. An activation stands in the bucket of the second in which it may become
// idle; using it costs one assignment, and it is looked at once per idle period, however often it is used.
//   I1. Few of the endings that it began run at once: a million actors that are due in one second end one slice after the other.
//   I2. Between two slices the event loop turns: whoever collects still beats, answers and keeps its lease.
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import type { Activation } from './activation/activation.js';

const BUCKET_MS = 1000;
/** I1. */
const ENDINGS_AT_ONCE = 256;
/** I2: looks of one slice; most of them only put a busy actor into a later bucket. */
const LOOKS_AT_ONCE = 2000;
/** The longest wait of the timer; Node's own end at 24.8 days. */
const MAX_WAIT_MS = 3_600_000;

export class IdleCollector {
  private readonly buckets = new Map<number, Set<Activation>>();
  private timer: TimerHandle | undefined;
  private armedFor = Infinity;
  private endings = 0;
  private isStopped = false;

  /** `collect` resolves when the activation has ended. */
  constructor(private readonly clock: Clock, private readonly collect: (activation: Activation) => Promise<void>) {}

  /** The activation is used now, which is `atMs` (monotonic) where somebody has read the clock already. */
  touch(activation: Activation, atMs = this.clock.monotonicMs()): void {
    activation.lastUsedMs = atMs;
    if (activation.idleBucket === undefined) this.place(activation);
  }

  forget(activation: Activation): void {
    if (activation.idleBucket === undefined) return;
    this.buckets.get(activation.idleBucket)?.delete(activation);
    activation.idleBucket = undefined;
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
    this.buckets.clear();
  }

  private place(activation: Activation): void {
    const { idleAfterMs } = activation.metadata;
    if (this.isStopped || idleAfterMs === Infinity || activation.status === 'ended') return;
    // Never the bucket that is looked at now: an actor that is due and busy is looked at again in a second.
    const next = Math.floor(this.clock.monotonicMs() / BUCKET_MS) + 1;
    const index = Math.max(next, Math.ceil((activation.lastUsedMs + idleAfterMs) / BUCKET_MS));
    let bucket = this.buckets.get(index);
    if (!bucket) this.buckets.set(index, (bucket = new Set()));
    bucket.add(activation);
    activation.idleBucket = index;
    if (index < this.armedFor) this.arm(index);
  }

  private arm(index: number): void {
    this.timer?.cancel();
    this.armedFor = index;
    const waitMs = index * BUCKET_MS - this.clock.monotonicMs();
    this.timer = this.clock.setTimer(this.onTick, Math.min(MAX_WAIT_MS, Math.max(BUCKET_MS, waitMs)));
  }

  private readonly onTick = (): void => {
    this.timer = undefined;
    this.armedFor = Infinity;
    const nowMs = this.clock.monotonicMs();
    let looks = 0;
    for (const [index, bucket] of this.buckets) {
      if (index * BUCKET_MS > nowMs) continue;
      for (const activation of bucket) {
        if (this.endings >= ENDINGS_AT_ONCE) return this.pause();
        if (++looks > LOOKS_AT_ONCE) return this.goOn();
        bucket.delete(activation);
        this.look(activation, nowMs);
      }
      this.buckets.delete(index);
    }
    // Not by `Math.min(...)`: a week of seconds is more than a call takes arguments.
    let earliest = Infinity;
    for (const index of this.buckets.keys()) if (index < earliest) earliest = index;
    if (earliest < this.armedFor) this.arm(earliest);
  };

  /** I1: `onEnded` goes on. What is placed meanwhile arms nothing. */
  private pause(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.armedFor = -Infinity;
  }

  /** I2. */
  private goOn(): void {
    this.pause();
    this.timer = this.clock.setTimer(this.onTick, 0);
  }

  private readonly onEnded = (): void => {
    this.endings--;
    const isPaused = this.timer === undefined && this.armedFor === -Infinity;
    if (isPaused && !this.isStopped && this.endings <= ENDINGS_AT_ONCE / 2) this.goOn();
  };

  private look(activation: Activation, nowMs: number): void {
    activation.idleBucket = undefined;
    activation.trim();
    if (activation.pins > 0) activation.lastUsedMs = nowMs;
    if (activation.isBusy || nowMs - activation.lastUsedMs < activation.metadata.idleAfterMs) return this.place(activation);
    this.endings++;
    void this.collect(activation).finally(this.onEnded);
  }
}
