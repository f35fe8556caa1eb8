import { sameActor, sameEntity, type EntityId } from '../../protocol/actor-id.js';
import type { Baggage, CallerTurn } from '../../protocol/envelope.js';
import type { Identity } from '../../protocol/identity.js';
import type { CallInfo } from '../../sdk/author/index.js';
import type { TailCall } from '../../sdk/context/tail-call.js';
import type { TurnInfo } from '../../sdk/context/turn-scope.js';
import type { UnitOfWork } from '../activation/unit-of-work.js';
import type { CallChain } from './call-chain.js';
import type { PendingCall } from './pending-call.js';

/** One run of one method on one entity. */
export class Turn implements TurnInfo {
  isOpen = true;
  tailCalls: TailCall[] | undefined;
  /** As a unit's, where it has none. */
  nestedCounts: Map<string, number> | undefined;
  private info: CallInfo | undefined;

  constructor(
    readonly pending: PendingCall,
    readonly entity: EntityId,
    /** Absent for read-only turns outside any unit: they stage nothing. */
    readonly unit: UnitOfWork | undefined,
    private readonly wallClockOffsetMs: number,
  ) {}

  get caller(): CallerTurn | undefined {
    return this.pending.envelope.caller;
  }

  get holdsBack(): CallerTurn | undefined {
    const { unit } = this;
    return this.isOpen && unit?.outcome ? unit.outcome.call.envelope.caller : undefined;
  }

  get chain(): CallChain {
    return this.pending.chain;
  }

  get method(): string {
    return this.pending.envelope.method;
  }

  get identity(): Identity | undefined {
    return this.pending.envelope.identity;
  }

  get baggage(): Baggage | undefined {
    return this.pending.envelope.baggage;
  }

  get deadlineMs(): number {
    return this.pending.envelope.deadlineMs;
  }

  get deadline(): number {
    // A step of a chain goes on when nobody waits any more; `deadlineMs`, by which its own calls end, is that of a message.
    return this.pending.reply?.deadline ?? this.deadlineMs + this.wallClockOffsetMs;
  }

  get from(): EntityId | undefined {
    return this.pending.envelope.from;
  }

  get call(): CallInfo {
    const { pending, deadline } = this;
    const { method, from, identity, baggage } = pending.envelope;
    return (this.info ??= Object.freeze({
      method,
      from,
      identity,
      deadline,
      baggage: baggage ?? {},
      get signal() {
        return pending.signal;
      },
    }));
  }
}

/** An open turn on `id` waits for the call: it made it, directly or by way of others that wait for each other or for each other's units. */
export function isAwaitedOn(id: EntityId, call: PendingCall): boolean {
  return isWithinTurnOn(id, call.envelope.caller, new Set(), sameEntity);
}

/** As `isAwaitedOn`, for any entity of the actor: their turns share a unit. */
export function isAwaitedOnActor(id: EntityId, call: PendingCall): boolean {
  return isWithinTurnOn(id, call.envelope.caller, new Set(), sameActor);
}

function isWithinTurnOn(id: EntityId, caller: CallerTurn | undefined, seen: Set<CallerTurn>, isSame: (a: EntityId, b: EntityId) => boolean): boolean {
  for (let turn = caller; turn && !seen.has(turn); turn = turn.caller) {
    if (turn.isOpen && isSame(turn.entity, id)) return true;
    seen.add(turn);
    if (turn.holdsBack && isWithinTurnOn(id, turn.holdsBack, seen, isSame)) return true;
  }
  return false;
}
