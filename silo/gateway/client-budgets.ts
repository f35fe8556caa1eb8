// ClientBudgets. Owns: what the clients of a gateway may still use up, and what those that left lately had left.
//   B1. Reconnecting fills nothing up: who comes back goes on with what it had. Connections that one identity has side by side have a budget each.
//   B2. What is kept is bounded by time: a budget that has had the time to fill up is forgotten.
import type { Clock } from '../../protocol/ports/clock.js';
import { TokenBucket } from '../../protocol/token-bucket.js';
import type { GatewayLimits } from '../silo-options.js';
import { TimeAllowance } from './time-allowance.js';

/** What one client may use up. All of it comes back with time. */
export interface ClientBudget {
  /** Calls and subscriptions. */
  readonly calls: TokenBucket;
  /** Messages of any kind. */
  readonly messages: TokenBucket;
  /** The silo's computing time. */
  readonly time: TimeAllowance;
}

/** Messages of any kind, as multiples of the calls' rate and burst: a client beyond them floods, and loses its connection. */
export const MESSAGES_PER_CALL = 10;
/** See `MESSAGES_PER_CALL`. */
export const MESSAGE_BURST_PER_CALL = 25;

/** Computing time grows with the calls that are allowed, and is never less than that of the default limits. */
const MS_PER_CALL = 0.25;
const MIN_MS_PER_SECOND = 50;
const BURST_MS_PER_CALL = 0.025;
const MIN_BURST_MS = 10;
/** B2, whatever the limits. */
const MAX_KEPT_MS = 60_000;

interface LeftBehind {
  readonly budgets: ClientBudget[];
  forgottenAtMs: number;
}

/** The budgets of a gateway's clients, by identity. */
export class ClientBudgets {
  /** In the order of `forgottenAtMs`. */
  private readonly left = new Map<string, LeftBehind>();
  private readonly keptMs: number;

  constructor(private readonly limits: Pick<GatewayLimits, 'callsPerSecond' | 'burst'>, private readonly clock: Clock) {
    this.keptMs = Math.min(MAX_KEPT_MS, (1000 * limits.burst * MESSAGE_BURST_PER_CALL) / (limits.callsPerSecond * MESSAGES_PER_CALL));
  }

  /** How many identities are remembered. */
  get size(): number {
    return this.left.size;
  }

  /** The budget of somebody who connects (B1). */
  take(identityId: string): ClientBudget {
    this.forget();
    const left = this.left.get(identityId);
    const budget = left?.budgets.pop();
    if (left?.budgets.length === 0) this.left.delete(identityId);
    return budget ?? this.create();
  }

  /** Somebody left. */
  giveBack(identityId: string, budget: ClientBudget): void {
    this.forget();
    const left = this.left.get(identityId) ?? { budgets: [], forgottenAtMs: 0 };
    left.budgets.push(budget);
    left.forgottenAtMs = this.clock.monotonicMs() + this.keptMs;
    this.left.delete(identityId);
    this.left.set(identityId, left);
  }

  private create(): ClientBudget {
    const { callsPerSecond, burst } = this.limits;
    const nowMs = this.clock.monotonicMs();
    return {
      calls: new TokenBucket(callsPerSecond, burst, nowMs),
      messages: new TokenBucket(callsPerSecond * MESSAGES_PER_CALL, burst * MESSAGE_BURST_PER_CALL, nowMs),
      time: new TimeAllowance(Math.max(MIN_MS_PER_SECOND, MS_PER_CALL * callsPerSecond), Math.max(MIN_BURST_MS, BURST_MS_PER_CALL * burst), nowMs),
    };
  }

  /** B2. */
  private forget(): void {
    const nowMs = this.clock.monotonicMs();
    for (const [id, { forgottenAtMs }] of this.left) {
      if (forgottenAtMs > nowMs) return;
      this.left.delete(id);
    }
  }
}
