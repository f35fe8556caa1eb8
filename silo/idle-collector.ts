// IdleCollector. Owns: when to look at which activation again. An activation stands in the bucket of the second in which it may become
// idle; using it costs one assignment, and it is looked at once per idle period, however often it is used.
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import type { Activation } from './activation/activation.js';

const BUCKET_MS = 1000;
/** The longest wait of the timer; Node's own end at 24.8 days. */
const MAX_WAIT_MS = 3_600_000;

export class IdleCollector {
  private readonly buckets = new Map<number, Set<Activation>>();
  private timer: TimerHandle | undefined;
  private armedFor = Infinity;
  private isStopped = false;

  constructor(private readonly clock: Clock, private readonly collect: (activation: Activation) => void) {}

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
    for (const [index, bucket] of this.buckets) {
      if (index * BUCKET_MS > nowMs) continue;
      this.buckets.delete(index);
      for (const activation of bucket) this.look(activation, nowMs);
    }
    const earliest = Math.min(...this.buckets.keys());
    if (earliest < this.armedFor) this.arm(earliest);
  };

  private look(activation: Activation, nowMs: number): void {
    activation.idleBucket = undefined;
    if (activation.pins > 0) activation.lastUsedMs = nowMs;
    if (!activation.isBusy && nowMs - activation.lastUsedMs >= activation.metadata.idleAfterMs) this.collect(activation);
    else this.place(activation);
  }
}
