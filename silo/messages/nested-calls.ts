// NestedCalls. Owns: nothing. Gives ids to the plain calls that are made on behalf of a durable call, and has their records forgotten.
//   NE1. The turn of a durable call that is run again, after a crash or a lost link, makes the same calls under the same ids, and gets what it got: their
//        callees have recorded that with their effects. So it goes on, to any depth.
//   NE2. An id follows from the durable call's, from what is called with what, and from how often that was called before. The order is free: calls that
//        the turn makes side by side may come in another one.
//   NE3. Nothing is stored for such a call before it is made. One that throws, or has no answer, has no record, and its caller hears of it as of any call.
//   NE4. A record is forgotten when the run that had it made is durable and surely the only one; else it is kept for its time. A turn whose
//        activation has lost the actor makes no such call: the run that took its place may be through.
import { isService, printEntityId, sameActor, type EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import type { CallerTurn, DurableCall, Invoker } from '../../protocol/envelope.js';
import { StaleEpochError } from '../../protocol/errors/index.js';
import type { TurnInfo } from '../../sdk/context/turn-scope.js';
import { isSystemMethod } from '../activation/system-methods.js';
import type { UnitOfWork } from '../activation/unit-of-work.js';
import { Turn } from '../turns/turn.js';
import type { Acknowledgements } from './acknowledgements.js';
import { hash } from './durable-origin.js';

/** A result that a callee keeps. */
export interface NestedRecord {
  readonly invoker: Invoker;
  readonly target: EntityId;
  readonly operation: string;
}

export class NestedCalls {
  constructor(
    private readonly acknowledgements: Acknowledgements,
    private readonly codec: () => Codec,
    private readonly isReadOnly: (target: EntityId, method: string) => boolean = () => false,
  ) {}

  /** What a plain call of the turn is recorded by; `undefined` when it serves no durable call, or is part of the turn's own unit. Call it in the caller's stack. */
  of(invoker: Invoker, turn: TurnInfo, target: EntityId, method: string, args: readonly unknown[]): DurableCall | undefined {
    if (!(turn instanceof Turn)) return undefined;
    const served = turn.pending.envelope.durable ?? turn.unit?.outermost?.envelope.durable;
    if (!served || isSystemMethod(method) || sameActor(target, turn.entity)) return undefined;
    refuseLeftBehind(turn, target, method);
    const operation = this.operationOf(turn, served, target, method, args);
    const isRepeated = served.isRepeated === true;
    if (!isRepeated && !isService(target) && !this.isReadOnly(target, method)) this.forgetLater(turn, { invoker, target, operation });
    return { operation, isKept: true, isNested: true, isRepeated };
  }

  /** Nobody asks for them again. */
  forget(records: readonly NestedRecord[]): void {
    for (const { invoker, target, operation } of records) this.acknowledgements.add(invoker, target, operation);
  }

  /** NE2. */
  private operationOf(turn: Turn, { operation }: DurableCall, target: EntityId, method: string, args: readonly unknown[]): string {
    const id = hash([operation, printEntityId(target), method], this.codec().encode(args, 'args'));
    const counts = ((turn.unit ?? turn).nestedCounts ??= new Map<string, number>());
    const count = counts.get(id) ?? 0;
    counts.set(id, count + 1);
    return count === 0 ? id : hash([id, String(count)]);
  }

  /** NE4. */
  private forgetLater(turn: Turn, record: NestedRecord): void {
    const unit = unitBehind(turn);
    if (!unit) return;
    if (unit.nested) return void unit.nested.push(record);
    const nested = (unit.nested = [record]);
    unit.defer(() => {
      // Else a save point: it may be run again from there.
      if (unit.outcome) this.forget(nested);
    });
  }
}

/** Reads and services have none of their own: that of whoever waits for them, where it is on this silo. */
function unitBehind(turn: Turn): UnitOfWork | undefined {
  for (let each: CallerTurn | undefined = turn; each; each = each.caller) if (each instanceof Turn && each.unit) return each.unit;
  return undefined;
}

/** NE4. */
function refuseLeftBehind({ unit }: Turn, target: EntityId, method: string): void {
  if (!unit?.held.some(({ activation }) => activation.isLost)) return;
  throw new StaleEpochError(`${printEntityId(target)}.${method}: the actor was lost while the turn ran that makes this call on behalf of a durable one; it did not run`);
}
