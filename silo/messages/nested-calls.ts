// NestedCalls. Owns: nothing. Gives ids to the plain calls that are made on behalf of a durable call, and has their records forgotten.
//   NE1. The turn of a durable call that is run again, after a crash or a lost link, makes the same calls under the same ids, and gets what it got: their
//        callees have recorded that with their effects. So it goes on, to any depth.
//   NE2. An id follows from the durable call's, from what is called with what, and from how often that was called before. The order is free: calls that
//        the turn makes side by side may come in another one.
//   NE3. Nothing is stored for such a call before it is made. One that throws, or has no answer, has no record, and its caller hears of it as of any call.
//   NE5. What such a call has called back into a unit that is open yet, and is undone with it, is made again with it: before that, it is noted that the
//        durable call has been called back. When that is run again, none of its calls is known.
//   NE4. A record is forgotten when the run that had it made is durable and surely the only one; else it is kept for its time. A turn whose
//        activation has lost the actor makes no such call: the run that took its place may be through.
import { randomBytes } from 'node:crypto';
import { isService, printEntityId, sameActor, type EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import type { CallerTurn, DurableCall, Invoker } from '../../protocol/envelope.js';
import type { ChainEnds } from '../../protocol/ports/message-records.js';
import { SiloUnavailableError, StaleEpochError } from '../../protocol/errors/index.js';
import type { TurnInfo } from '../../sdk/context/turn-scope.js';
import { isSystemMethod } from '../activation/system-methods.js';
import type { UnitOfWork } from '../activation/unit-of-work.js';
import type { PendingCall } from '../turns/pending-call.js';
import { isAwaitedOnActor, Turn } from '../turns/turn.js';
import type { Acknowledgements } from './acknowledgements.js';
import { hash } from './durable-origin.js';

const NOTHING = new Uint8Array();

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
    private readonly ends: ChainEnds,
    private readonly isReadOnly: (target: EntityId, method: string) => boolean = () => false,
  ) {}

  /** What a plain call of the turn is recorded by; `undefined` when it serves no durable call, or is part of the turn's own unit. Call it in the caller's stack. */
  of(invoker: Invoker, turn: TurnInfo, target: EntityId, method: string, args: readonly unknown[]): DurableCall | undefined {
    if (!(turn instanceof Turn)) return undefined;
    const served = turn.pending.envelope.durable ?? servedByUnit(turn);
    if (!served || isSystemMethod(method) || sameActor(target, turn.entity)) return undefined;
    refuseLeftBehind(turn, target, method);
    const base = turn.pending === turn.unit?.outermost || !turn.pending.envelope.durable ? (turn.unit?.nestedBase ?? served.operation) : served.operation;
    const operation = this.operationOf(turn, base, target, method, args);
    const isRepeated = served.isRepeated === true;
    if (!isRepeated && !isService(target) && !this.isReadOnly(target, method)) this.forgetLater(turn, { invoker, target, operation });
    return { operation, isKept: true, isNested: true, isRepeated };
  }

  /** Nobody asks for them again. */
  forget(records: readonly NestedRecord[]): void {
    for (const { invoker, target, operation } of records) this.acknowledgements.add(invoker, target, operation);
  }

  /** NE5. Before the turn of a call that is recorded begins. Rejects with `SiloUnavailableError` when the store does not answer. */
  async prepare(call: PendingCall, unit: UnitOfWork, { operation, isNested, isRepeated }: DurableCall): Promise<void> {
    const { outermost } = unit;
    const inner = isNested && call !== outermost && isAwaitedOnActor(call.envelope.target, call) ? outermost?.envelope.durable : undefined;
    try {
      if (inner) {
        await this.ends.keep(noteOf(inner.operation), { failed: false, payload: NOTHING });
        unit.defer(() => void this.ends.drop(noteOf(inner.operation)).catch(() => undefined));
      }
      if (call === outermost && isRepeated && (await this.ends.find(noteOf(operation)))) unit.nestedBase = randomBytes(16).toString('base64url');
    } catch (cause) {
      throw new SiloUnavailableError(`${printEntityId(call.envelope.target)}.${call.envelope.method}: the store did not answer; the call did not run`, { cause });
    }
  }

  /** NE2. */
  private operationOf(turn: Turn, base: string, target: EntityId, method: string, args: readonly unknown[]): string {
    const id = hash([base, printEntityId(target), method], this.codec().encode(args, 'args'));
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

/** No chain is called so. */
function noteOf(operation: string): string {
  return `back.${operation}`;
}

/** Not what the hooks of an actor bring there that the unit has woken: they do not run the next time. */
function servedByUnit({ unit, chain }: Turn): DurableCall | undefined {
  return unit?.chain === chain ? unit.outermost?.envelope.durable : undefined;
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
