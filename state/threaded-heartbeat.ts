// ThreadedHeartbeat. Owns: the helper thread that beats, and the main loop's part in it: its tick, the load, standing in for the thread.
//   H1. The loop stands in whenever the last answered beat is half a lease old: while the thread starts, or cannot reach the table. Two who beat
//       move one counter: more often than needed is harmless.
//   H2. Without a thread the loop beats as if there had never been one; the reason is logged once.
import type { Logger } from '../protocol/ports/logger.js';
import type { Heartbeat, HeartbeatParts, LastAnswer } from './heartbeat.js';
import { HeartbeatThread, type BeatingThread, type ThreadListener, type ThreadOrders } from './heartbeat-thread.js';
import { LoopHeartbeat } from './loop-heartbeat.js';
import type { PlainRedisSource } from './redis-source.js';
import { SharedPulse } from './shared-pulse.js';

export interface ThreadSettings {
  readonly source: PlainRedisSource;
  readonly cluster: string;
  readonly log: Pick<Logger, 'warn'>;
  /** How long the main loop may be blocked before its silo falls silent; 5,000 ms. */
  readonly loopLimitMs?: number | undefined;
  /** Another thread, for tests. */
  readonly startThread?: ((orders: ThreadOrders, listener: ThreadListener) => BeatingThread) | undefined;
}

const LOAD_EVERY_MS = 1000;

/** Beats sent by a thread of their own, as long as the main loop's last tick is younger than its limit. Needs a clock that runs with the machine's. */
export class ThreadedHeartbeat implements Heartbeat {
  private readonly loop: LoopHeartbeat;
  private readonly pulse: SharedPulse;
  private thread: BeatingThread | undefined;
  private hasThread = false;
  private loadToldMs = -Infinity;
  private stopping: Promise<void> | undefined;

  constructor(private readonly parts: HeartbeatParts, private readonly settings: ThreadSettings) {
    this.pulse = SharedPulse.create(parts.clock);
    this.loop = new LoopHeartbeat({ ...parts, onTick: () => this.tick() }, () => this.mustStandIn);
  }

  start(genesis: string): void {
    const { clock, lease, incarnation, periodMs, timeoutMs, leaseMs } = this.parts;
    const { source, cluster, loopLimitMs = 5000, startThread = (orders, listener) => new HeartbeatThread(orders, listener) } = this.settings;
    this.pulse.tick(clock.monotonicMs());
    lease.follow(this.pulse);
    this.loop.start(genesis);
    const orders = { source, cluster, incarnation, genesis, periodMs, timeoutMs, leaseMs, loopLimitMs, pulse: this.pulse.buffer };
    try {
      this.thread = startThread(orders, { onEnd: (answer) => this.end(answer), onFailure: (error) => this.goOnWithout(error) });
      this.hasThread = true;
    } catch (error) {
      this.goOnWithout(error);
    }
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.stopBoth());
  }

  private async stopBoth(): Promise<void> {
    await Promise.all([this.loop.stop(), this.thread?.stop()]);
  }

  /** H1 and H2. */
  private get mustStandIn(): boolean {
    const { clock, lease, leaseMs } = this.parts;
    return !this.hasThread || lease.validUntilMs - clock.monotonicMs() <= leaseMs / 2;
  }

  private tick(): void {
    const { clock, load, onTick } = this.parts;
    const nowMs = clock.monotonicMs();
    this.pulse.tick(nowMs);
    onTick();
    if (!load || !this.hasThread || nowMs - this.loadToldMs < LOAD_EVERY_MS) return;
    this.loadToldMs = nowMs;
    this.thread?.tellLoad(load());
  }

  private end(answer: LastAnswer): void {
    if (this.stopping === undefined) this.parts.onEnd(answer);
  }

  private goOnWithout(error: unknown): void {
    this.hasThread = false;
    if (this.stopping === undefined) this.settings.log.warn({ err: error }, 'heartbeats: the helper thread failed; the main loop sends them from now on');
  }
}
