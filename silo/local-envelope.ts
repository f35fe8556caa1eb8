import { parseDuration } from '../protocol/duration.js';
import type { EntityId } from '../protocol/actor-id.js';
import type { Baggage, CallerTurn, Chain, DurableCall, Envelope } from '../protocol/envelope.js';
import type { Identity } from '../protocol/identity.js';
import type { Clock } from '../protocol/ports/clock.js';
import type { CallOptions } from '../sdk/author/index.js';
import type { TurnInfo } from '../sdk/context/turn-scope.js';

/** Of calls that say nothing else. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * A call made on this silo, by a turn or by the silo object. The clock is read when somebody asks for the deadline, at the latest when the
 * call waits or its turn does: one that ended in the caller's own stack never had one.
 */
export class LocalEnvelope implements Envelope {
  private deadline: number | undefined;
  /**
   * A one-way call starts a chain of its own and keeps nothing of the turn that made it: actors that go on by one-way calls to themselves
   * would keep all turns that ever were.
   */
  private readonly turn: TurnInfo | undefined;
  readonly from: EntityId | undefined;
  readonly identity: Identity | undefined;
  readonly baggage: Baggage | undefined;

  constructor(
    readonly kind: 'call' | 'oneWay',
    readonly target: EntityId,
    readonly method: string,
    readonly args: readonly unknown[],
    turn: TurnInfo | undefined,
    private readonly options: CallOptions,
    private readonly clock: Clock,
    readonly durable?: DurableCall,
  ) {
    this.turn = kind === 'call' ? turn : undefined;
    this.from = turn?.entity;
    this.identity = turn?.identity;
    this.baggage = turn?.baggage;
  }

  get chain(): Chain | undefined {
    return this.turn?.chain;
  }

  get caller(): CallerTurn | undefined {
    return this.turn;
  }

  get timeoutMs(): number {
    const { timeout } = this.options;
    return timeout === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(timeout, 'timeout');
  }

  /** A nested call never outlives the call it serves. */
  get deadlineMs(): number {
    if (this.deadline === undefined) {
      const own = this.clock.monotonicMs() + this.timeoutMs;
      this.deadline = this.turn ? Math.min(own, this.turn.deadlineMs) : own;
    }
    return this.deadline;
  }

  get signal(): AbortSignal | undefined {
    return this.options.signal;
  }

  get idempotencyKey(): string | undefined {
    return this.options.idempotencyKey;
  }

  get hops(): number {
    return 0;
  }
}
