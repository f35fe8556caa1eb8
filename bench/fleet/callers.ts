// Callers. Owns: loops that write to counters and read them strictly until told to stop. A write is repeated with its key until it is acknowledged.
import { setTimeout as delay } from 'node:timers/promises';
import type { Silo } from '../../silo/index.js';
import type { Counter } from './counter.js';
import type { History } from './history.js';
import { oneOf } from './random.js';
import type { Recovery } from './recovery.js';

export interface CallersSettings {
  readonly callers: number;
  readonly readers: number;
  readonly actors: number;
  readonly random: () => number;
  readonly history: History;
  readonly recovery: Recovery;
}

const CALL_TIMEOUT_MS = 10_000;
/** How long a write may go unacknowledged after the end. */
const PATIENCE_MS = 60_000;
const THINK_MS = 12;

export class Callers {
  /** How calls failed before they were repeated. */
  readonly failures: Record<string, number> = {};
  unacknowledged = 0;
  private readonly keys: readonly string[];
  private readonly loops: Promise<void>[] = [];
  private stoppedAtMs: number | undefined;
  private serial = 0;

  constructor(private readonly fleet: { readonly caller: Silo }, private readonly settings: CallersSettings) {
    this.keys = Array.from({ length: settings.actors }, (_, index) => `c${index}`);
  }

  start(): void {
    for (let caller = 0; caller < this.settings.callers; caller++) this.loops.push(this.write());
    for (let reader = 0; reader < this.settings.readers; reader++) this.loops.push(this.readOn());
  }

  /** Resolves when all loops are through, each with its last write acknowledged or given up. */
  async stop(): Promise<void> {
    this.stoppedAtMs = performance.now();
    await Promise.all(this.loops);
  }

  private async write(): Promise<void> {
    const { random, history, recovery } = this.settings;
    while (this.stoppedAtMs === undefined) {
      const key = oneOf(this.keys, random);
      const idempotencyKey = `w${++this.serial}`;
      history.issue(key);
      const startMs = performance.now();
      const reply = await this.insist(() => this.counter(key, idempotencyKey).add());
      if (reply) {
        history.acknowledge(key, reply, { startMs, endMs: performance.now() });
        recovery.answered(key, reply, startMs);
      } else {
        this.unacknowledged++;
      }
      await delay(THINK_MS * (0.5 + random()));
    }
  }

  private async readOn(): Promise<void> {
    const { random, history } = this.settings;
    while (this.stoppedAtMs === undefined) {
      const key = oneOf(this.keys, random);
      const floor = history.highest(key);
      const value = await this.counter(key).read().catch((error: unknown) => this.failed(error));
      if (value !== undefined) history.read(value, floor);
      await delay(THINK_MS * (0.5 + random()));
    }
  }

  private counter(key: string, idempotencyKey?: string) {
    return this.fleet.caller.actor<Counter>('counter', key).with({ timeout: CALL_TIMEOUT_MS, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
  }

  private async insist<T>(call: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        this.failed(error);
        if (this.stoppedAtMs !== undefined && performance.now() - this.stoppedAtMs > PATIENCE_MS) return undefined;
        await delay(50);
      }
    }
  }

  private failed(error: unknown): undefined {
    const name = error instanceof Error ? ((error as { readonly code?: string }).code ?? error.name) : String(error);
    this.failures[name] = (this.failures[name] ?? 0) + 1;
  }
}
