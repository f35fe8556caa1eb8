// EntityTimers. Owns: the in-memory timers of one activation. A tick is a turn of its own chain in the entity's mailbox.
//   T1. A timer never overlaps itself: the next tick is armed after the last one's turn ended.
//   T2. Ticks keep to the grid of the first one; missed ticks are not made up.
//   T3. While the silo's lease is over, ticks are missed. A stopped timer's tick that waits does not run.
import { ComponentCrashedError } from '../../protocol/errors/index.js';
import type { TimerHandle } from '../../protocol/ports/clock.js';
import { CallChain } from '../turns/call-chain.js';
import { PendingCall } from '../turns/pending-call.js';
import { SYSTEM_TURN } from '../turns/turn-mode.js';
import type { Entity } from './entity.js';


class EntityTimer {
  private handle: TimerHandle | undefined;
  private dueMs: number;
  private lastStartMs: number | undefined;
  private isStopped = false;
  private ticking: PendingCall | undefined;

  constructor(
    readonly entity: Entity,
    private readonly method: string,
    firstMs: number,
    private readonly periodMs: number | undefined,
    private readonly forget: () => void,
    private readonly extraArgs: readonly unknown[],
  ) {
    this.dueMs = this.clock.monotonicMs() + firstMs;
    this.arm();
  }

  /** It is one of the class's own, not one that code started. */
  isOfClass(entity: Entity): boolean {
    return this.entity === entity && this.extraArgs.length === 0;
  }

  runs(method: string, periodMs: number): boolean {
    return this.method === method && this.periodMs === periodMs;
  }

  stop(): void {
    this.isStopped = true;
    this.handle?.cancel();
    if (this.ticking?.state === 'queued') this.ticking.cancel();
    this.forget();
  }

  private get clock() {
    return this.entity.activation.services.clock;
  }

  private arm(): void {
    this.handle = this.clock.setTimer(this.onDue, Math.max(0, this.dueMs - this.clock.monotonicMs()));
  }

  private readonly onDue = (): void => {
    if (this.isStopped) return;
    // T3.
    if (!this.entity.activation.isCurrent) return this.onTicked();
    const nowMs = this.clock.monotonicMs();
    const elapsedMs = this.lastStartMs === undefined ? (this.periodMs ?? 0) : nowMs - this.lastStartMs;
    this.lastStartMs = nowMs;
    const call = new PendingCall(
      { kind: 'timer', target: this.entity.id, method: this.method, args: [...this.extraArgs, elapsedMs], deadlineMs: Infinity, timeoutMs: Infinity, hops: 0 },
      new CallChain(),
      SYSTEM_TURN,
    );
    this.ticking = call;
    void call.promise.catch(this.onFailed).finally(this.onTicked);
    this.entity.offer(call);
  };

  private readonly onFailed = (error: unknown): void => {
    // That its component is degraded is in the log already.
    const isDegraded = error instanceof ComponentCrashedError && error.degradedUntil !== undefined;
    if (!this.isStopped && !isDegraded) this.entity.activation.log.error({ err: error, timer: this.method }, 'a timer failed');
  };

  private readonly onTicked = (): void => {
    if (this.isStopped) return;
    this.ticking = undefined;
    if (this.periodMs === undefined) return this.stop();
    const nowMs = this.clock.monotonicMs();
    this.dueMs += this.periodMs;
    // T2: a tick that is late by more than a period starts a new grid point in the future.
    if (this.dueMs < nowMs) this.dueMs += Math.ceil((nowMs - this.dueMs) / this.periodMs) * this.periodMs;
    this.arm();
  };
}

export class EntityTimers {
  private readonly timers = new Set<EntityTimer>();

  /** Calls `method` of the entity every `periodMs` from now, or once after `firstMs` when there is no period; returns what stops it. */
  add(entity: Entity, method: string, firstMs: number, periodMs: number | undefined, extraArgs: readonly unknown[] = []): () => void {
    const timer: EntityTimer = new EntityTimer(entity, method, firstMs, periodMs, () => this.timers.delete(timer), extraArgs);
    this.timers.add(timer);
    return () => timer.stop();
  }

  /** Starts the timers of the entity's class, and ends those that it does not have any more; the others keep to their grid. */
  follow(entity: Entity): void {
    const missing = [...entity.metadata.timers];
    for (const timer of [...this.timers]) {
      if (!timer.isOfClass(entity)) continue;
      const at = missing.findIndex(({ method, periodMs }) => timer.runs(method, periodMs));
      if (at < 0) timer.stop();
      else missing.splice(at, 1);
    }
    for (const { method, periodMs } of missing) this.add(entity, method, periodMs, periodMs);
  }

  stopOf(entity: Entity): void {
    for (const timer of [...this.timers]) if (timer.entity === entity) timer.stop();
  }

  stop(): void {
    for (const timer of [...this.timers]) timer.stop();
  }
}
