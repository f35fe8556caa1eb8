// Operations. Owns: what one activation knows of idempotency keys and durable calls: which operations are done, and which run now.
//   O1. A known operation is answered from its stored result; the method does not run.
//   O2. An operation and its effect commit together (P7). A throw records nothing.
//   O3. No key younger than an hour is forgotten: above the limit per identity new keys are refused.
//   O4. The record of a durable call is kept until it is acknowledged, at most 7 days, and counted against nobody.
//   O5. A durable call is a unit of its own, whose mark commits with its record: one that would join the unit of turns that run is refused.
//   O7. A plain call that serves a durable one has a record as that has.
//   O6. The record of a call that hands over names the chain that it began: whoever repeats the call waits for the end of that.
import { createHash } from 'node:crypto';
import type { EntityId } from '../../protocol/actor-id.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { DurableCall } from '../../protocol/envelope.js';
import { CallCycleError, InvalidArgumentError, PayloadTooLargeError, RateLimitedError, StaleEpochError } from '../../protocol/errors/index.js';
import type { OperationRecord } from '../../protocol/ports/state-store.js';
import { Moved } from '../links/moved.js';
import type { PendingCall } from '../turns/pending-call.js';
import { isAwaitedOn, isAwaitedOnActor } from '../turns/turn.js';
import type { Activation } from './activation.js';
import { ChainAhead } from '../messages/chain-ahead.js';
import { HandOver } from './hand-over.js';
import { DURABLE_SCOPE, OperationIndex } from './operation-index.js';
import type { NestedRecord } from '../messages/nested-calls.js';
import type { StagedOperation, UnitOfWork } from './unit-of-work.js';

const KEPT_MS = 3_600_000;
const DURABLE_KEPT_MS = 7 * 24 * 3_600_000;
const MAX_PER_SCOPE = 1024;
/** Larger results are kept as "done" (`undefined`). */
const MAX_RESULT_BYTES = 65_536;
/** Of durable calls; of larger ones it is kept that they were done. */
const MAX_DURABLE_RESULT_BYTES = 1_048_576;
const TOO_LARGE = new Uint8Array();
/** Of more it is left to their time. */
const MAX_UNHEARD = 1024;

/** The store knew one of a commit's operations: the unit's effect exists already. */
export class DuplicateOperation extends StaleEpochError {
  constructor(readonly operationId: string, readonly result: Uint8Array | undefined) {
    super(`operation ${operationId} was done before; nothing of this unit happened`);
  }
}

export class Operations {
  private known: OperationIndex | undefined;
  private loading: Promise<OperationIndex> | undefined;
  private readonly running = new Set<string>();
  /** Ids of operations past their time; the next commit with operations removes them. */
  private expired: string[] = [];
  /** O6. Of durable calls that are not acknowledged: their ends go with the records. */
  private readonly chains = new Map<string, string>();

  /** O7. What calls that threw have called, until whoever made them has heard of it and will not make them again. */
  private readonly unheard = new Map<string, readonly NestedRecord[]>();
  /** O7. Nobody will ask for them, whose units are not committed yet. */
  private readonly heardEarly = new Set<string>();

  constructor(private readonly activation: Activation) {}

  /** Answers from the record, or runs the method and stages its result with the unit. The call holds its entity exclusively. */
  async run(call: PendingCall, entity: EntityId, unit: UnitOfWork, execute: () => unknown): Promise<unknown> {
    const { durable } = call.envelope;
    const record = durable ? this.durableRecord(durable) : this.recordFor(call, entity);
    const isSettled = durable?.mark !== undefined && (await this.activation.messages.incoming.marks.knows(durable.mark.sender, durable.mark.ids[0]!));
    const known = this.known ?? (await (this.loading ??= this.load().finally(() => (this.loading = undefined))));
    const done = known.get(record.operationId) ?? unit.operations?.find((staged) => staged.operationId === record.operationId);
    if (done) return this.answer(done, record, call);
    this.expire(known);
    this.admit(record, known, unit, call, isSettled);
    if (call === unit.outermost) unit.ownOperation = record.operationId;
    this.running.add(record.operationId);
    try {
      if (durable) await this.activation.services.messages.durable.nested.prepare(call, unit, durable);
      const value = await execute();
      if (durable?.mark) (unit.marks ??= []).push(durable.mark);
      if (durable && value instanceof HandOver && value.chain !== undefined) this.chains.set(record.operationId, value.chain);
      if (durable?.isKept !== false) (unit.operations ??= []).push({ ...record, result: this.encode(value, durable !== undefined) });
      return value;
    } catch (error) {
      if (durable && unit.nested && call === unit.outermost) this.keepUnheard(record.operationId, unit.nested);
      throw error;
    } finally {
      this.running.delete(record.operationId);
    }
  }

  /** The operations are durable now. */
  remember(operations: readonly StagedOperation[]): void {
    for (const { operationId, scope, argumentsHash, at } of operations) {
      this.known?.add({ operationId, scope, argumentsHash, at });
      if (this.heardEarly.delete(operationId)) this.forget(operationId);
    }
  }

  /** Takes what nobody will ask for out of the records, in the store with the next commit. */
  serve(call: PendingCall): void {
    const [ids] = call.envelope.args as readonly [readonly string[]];
    for (const operation of ids) this.forget(`d.${operation}`);
    call.succeed(undefined);
  }

  private forget(id: string): void {
    const nested = this.unheard.get(id);
    if (nested && this.unheard.delete(id)) this.activation.services.messages.durable.nested.forget(nested);
    // It threw, and has none; or its unit is not through.
    if (this.known && !this.known.get(id)) return keepAtMost(this.heardEarly.add(id));
    this.known?.remove(id);
    this.expired.push(id);
    const chain = this.chains.get(id);
    if (chain === undefined) return;
    this.chains.delete(id);
    const { messages: { records }, log } = this.activation.services;
    records.chainEnds.drop(chain).catch((error: unknown) => log.debug({ err: error }, 'the end of a chain is left to its time'));
  }

  private keepUnheard(id: string, nested: readonly NestedRecord[]): void {
    keepAtMost(this.unheard.set(id, nested));
  }

  /** Some are past their time. */
  get hasExpired(): boolean {
    return this.expired.length > 0;
  }

  /** Operation ids past their time; the caller commits their removal. */
  takeExpired(): string[] | undefined {
    return this.hasExpired ? this.expired.splice(0) : undefined;
  }

  /** The commit that was to remove them changed nothing: the next one does. */
  putBack(expired: readonly string[] = []): void {
    this.expired.push(...expired);
  }

  /** The stored result behind a `DuplicateOperation`, if it answers the unit's outermost call. */
  duplicateResult(error: unknown, unit: UnitOfWork): { readonly value: unknown } | undefined {
    if (!(error instanceof DuplicateOperation)) return undefined;
    // A message that was handled before: its effect is there.
    if (unit.outermost?.mark && unit.marks?.some(({ sender, ids }) => ids.some((id) => error.operationId === `${sender}#${id}`))) return { value: undefined };
    // When the call is repeated, what the store knows is known here too.
    this.remember((unit.operations ?? []).filter(({ operationId }) => operationId === error.operationId));
    if (error.operationId !== unit.ownOperation || error.result?.length === 0) return undefined;
    return { value: error.result && this.resultOf(error.result) };
  }

  /** O6. */
  private resultOf(bytes: Uint8Array): unknown {
    return ChainAhead.decode(bytes) ?? this.activation.services.codec.decode(bytes);
  }

  private expire(known: OperationIndex): void {
    const now = this.activation.services.clock.now();
    const old = known.takeOlderThan(now - KEPT_MS, now - DURABLE_KEPT_MS);
    for (const id of old) this.chains.delete(id);
    this.expired.push(...old);
  }

  private encode(value: unknown, isDurable: boolean): Uint8Array {
    const { codec } = this.activation.services;
    if (value instanceof HandOver) return ChainAhead.encode(value.chain!);
    const bytes = codec.encode(value, 'result');
    if (isDurable) return bytes.length > MAX_DURABLE_RESULT_BYTES ? TOO_LARGE : bytes;
    return bytes.length > MAX_RESULT_BYTES ? codec.encode(undefined, 'result') : bytes;
  }

  private async load(): Promise<OperationIndex> {
    const known = new OperationIndex(await this.activation.services.store.operations(this.activation.id));
    for (const id of this.expired) known.remove(id);
    return (this.known = known);
  }

  private async answer(done: OperationRecord, asked: OperationRecord, call: PendingCall): Promise<unknown> {
    if (done.argumentsHash !== asked.argumentsHash) {
      const { target, method } = call.envelope;
      throw new InvalidArgumentError(`${printEntityId(target)}.${method}: this idempotency key was used with other arguments`, { path: 'idempotencyKey' });
    }
    const staged = done as Partial<StagedOperation>;
    const bytes = staged.result ?? (await this.activation.services.store.operationResult(this.activation.id, done.operationId))?.result;
    if (bytes?.length !== 0) return bytes && this.resultOf(bytes);
    const { target, method } = call.envelope;
    const name = `${printEntityId(target)}.${method}`;
    throw new PayloadTooLargeError(`${name}: the durable call was done, and its result is lost: larger ones than ${MAX_DURABLE_RESULT_BYTES} bytes are not kept`, { limit: MAX_DURABLE_RESULT_BYTES });
  }

  private admit(record: OperationRecord, known: OperationIndex, unit: UnitOfWork, call: PendingCall, isSettled: boolean): void {
    const name = `${printEntityId(call.envelope.target)}.${call.envelope.method}`;
    if (this.running.has(record.operationId) && isRepetition(call)) {
      // Settled here: a turn's errors are copied, and this is none of its own.
      call.fail(new Moved(undefined));
      throw new StaleEpochError(`${name}: the operation runs already`);
    }
    if (call.envelope.durable?.isNested) return refuseRunning(name, this.running.has(record.operationId));
    if (call.envelope.durable) return admitDurable(call, unit, name, this.running.has(record.operationId), isSettled);
    if (this.running.has(record.operationId)) throw new CallCycleError(`${name}: the call repeats the idempotency key of a call that waits for it`, { cycle: [name, name] });
    const kept = known.count(record.scope) + (unit.operations?.filter(({ scope }) => scope === record.scope).length ?? 0);
    if (kept >= MAX_PER_SCOPE) throw new RateLimitedError(`${name}: ${MAX_PER_SCOPE} idempotency keys of this caller are kept for an hour; none is forgotten early`);
  }

  private durableRecord({ operation }: DurableCall): OperationRecord {
    // The id says what it is: no arguments need comparing. No id of a key has a point.
    return { operationId: `d.${operation}`, scope: DURABLE_SCOPE, argumentsHash: '', at: this.activation.services.clock.now() };
  }

  private recordFor(call: PendingCall, entity: EntityId): OperationRecord {
    const { identity, from, method, idempotencyKey, args } = call.envelope;
    const who = from ? ['entity', from.type, from.key, from.component] : identity ? ['identity', identity.id] : ['silo'];
    return {
      operationId: hash(JSON.stringify([who, entity.component, method, idempotencyKey])),
      scope: hash(JSON.stringify(who)),
      argumentsHash: hash(this.activation.services.codec.encode(args, 'args')),
      at: this.activation.services.clock.now(),
    };
  }
}

/** O5. */
function admitDurable(call: PendingCall, unit: UnitOfWork, name: string, isRunning: boolean, isSettled: boolean): void {
  if (isSettled) throw new StaleEpochError(`${name}: the durable call was settled before; nothing of it runs again`);
  if (call !== unit.outermost && isAwaitedOnActor(call.envelope.target, call)) {
    throw new CallCycleError(`${name}: the durable call would be part of a turn of the actor that waits for it, and undone with that; make it without durable`, { cycle: [name, name] });
  }
  if (isRunning || call !== unit.outermost) throw new StaleEpochError(`${name}: the durable call waits for what its chain runs there already`);
}

function keepAtMost(kept: Map<string, unknown> | Set<string>): void {
  if (kept.size > MAX_UNHEARD) kept.delete(kept.keys().next().value!);
}

/** O7. The one that its turn made before it was run again. */
function refuseRunning(name: string, isRunning: boolean): void {
  if (isRunning) throw new StaleEpochError(`${name}: the same call, which an earlier run of a durable one made, runs yet`);
}

/** From a silo whose link broke while the operation ran, which goes on: it is asked again until the record answers. */
function isRepetition(call: PendingCall): boolean {
  return call.envelope.hops > 0 && !isAwaitedOn(call.envelope.target, call);
}

function hash(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('base64url').slice(0, 22);
}
