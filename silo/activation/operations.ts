// Operations. Owns: what one activation knows of idempotency keys: which operations are done, and which run now.
//   O1. A known operation is answered from its stored result; the method does not run.
//   O2. An operation and its effect commit together (P7). A throw records nothing.
//   O3. Nothing younger than an hour is forgotten: above the limit per identity new keys are refused.
import { createHash } from 'node:crypto';
import type { EntityId } from '../../protocol/actor-id.js';
import { printEntityId } from '../../protocol/actor-id.js';
import { CallCycleError, InvalidArgumentError, RateLimitedError, StaleEpochError } from '../../protocol/errors/index.js';
import type { OperationRecord } from '../../protocol/ports/state-store.js';
import { Moved } from '../links/moved.js';
import type { PendingCall } from '../turns/pending-call.js';
import { isAwaitedOn } from '../turns/turn.js';
import type { Activation } from './activation.js';
import { OperationIndex } from './operation-index.js';
import type { StagedOperation, UnitOfWork } from './unit-of-work.js';

const KEPT_MS = 3_600_000;
const MAX_PER_SCOPE = 1024;
/** Larger results are kept as "done" (`undefined`). */
const MAX_RESULT_BYTES = 65_536;

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

  constructor(private readonly activation: Activation) {}

  /** Answers from the record, or runs the method and stages its result with the unit. The call holds its entity exclusively. */
  async run(call: PendingCall, entity: EntityId, unit: UnitOfWork, execute: () => unknown): Promise<unknown> {
    const record = this.recordFor(call, entity);
    const known = this.known ?? (await (this.loading ??= this.load().finally(() => (this.loading = undefined))));
    const done = known.get(record.operationId) ?? unit.operations?.find((staged) => staged.operationId === record.operationId);
    if (done) return this.answer(done, record, call);
    this.expire(known);
    this.admit(record, known, unit, call);
    if (call === unit.outermost) unit.ownOperation = record.operationId;
    this.running.add(record.operationId);
    try {
      const value = await execute();
      const bytes = this.activation.services.codec.encode(value, 'result');
      const result = bytes.length > MAX_RESULT_BYTES ? this.activation.services.codec.encode(undefined, 'result') : bytes;
      (unit.operations ??= []).push({ ...record, result });
      return value;
    } finally {
      this.running.delete(record.operationId);
    }
  }

  /** The operations are durable now. */
  remember(operations: readonly StagedOperation[]): void {
    for (const { operationId, scope, argumentsHash, at } of operations) this.known?.add({ operationId, scope, argumentsHash, at });
  }

  /** Operation ids past their time; the caller commits their removal. */
  takeExpired(): string[] {
    return this.expired.splice(0);
  }

  /** The stored result behind a `DuplicateOperation`, if it answers the unit's outermost call. */
  duplicateResult(error: unknown, unit: UnitOfWork): { readonly value: unknown } | undefined {
    if (!(error instanceof DuplicateOperation)) return undefined;
    // A message that was handled before: its effect is there.
    if (unit.marks?.some(({ sender, ids }) => ids.some((id) => error.operationId === `${sender}#${id}`))) return { value: undefined };
    // When the call is repeated, what the store knows is known here too.
    this.remember((unit.operations ?? []).filter(({ operationId }) => operationId === error.operationId));
    if (error.operationId !== unit.ownOperation) return undefined;
    return { value: error.result && this.activation.services.codec.decode(error.result) };
  }

  private expire(known: OperationIndex): void {
    this.expired.push(...known.takeOlderThan(this.activation.services.clock.now() - KEPT_MS));
  }

  private async load(): Promise<OperationIndex> {
    this.known = new OperationIndex(await this.activation.services.store.operations(this.activation.id));
    return this.known;
  }

  private async answer(done: OperationRecord, asked: OperationRecord, call: PendingCall): Promise<unknown> {
    if (done.argumentsHash !== asked.argumentsHash) {
      const { target, method } = call.envelope;
      throw new InvalidArgumentError(`${printEntityId(target)}.${method}: this idempotency key was used with other arguments`, { path: 'idempotencyKey' });
    }
    const staged = done as Partial<StagedOperation>;
    const bytes = staged.result ?? (await this.activation.services.store.operationResult(this.activation.id, done.operationId))?.result;
    return bytes && this.activation.services.codec.decode(bytes);
  }

  private admit(record: OperationRecord, known: OperationIndex, unit: UnitOfWork, call: PendingCall): void {
    const name = `${printEntityId(call.envelope.target)}.${call.envelope.method}`;
    if (this.running.has(record.operationId) && isRepetition(call)) {
      // Settled here: a turn's errors are copied, and this is none of its own.
      call.fail(new Moved(undefined));
      throw new StaleEpochError(`${name}: the operation runs already`);
    }
    if (this.running.has(record.operationId)) throw new CallCycleError(`${name}: the call repeats the idempotency key of a call that waits for it`, { cycle: [name, name] });
    const kept = known.count(record.scope) + (unit.operations?.length ?? 0);
    if (kept >= MAX_PER_SCOPE) throw new RateLimitedError(`${name}: ${MAX_PER_SCOPE} idempotency keys of this caller are kept for an hour; none is forgotten early`);
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

/** From a silo whose link broke while the operation ran, which goes on: it is asked again until the record answers. */
function isRepetition(call: PendingCall): boolean {
  return call.envelope.hops > 0 && !isAwaitedOn(call.envelope.target, call);
}

function hash(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('base64url').slice(0, 22);
}
