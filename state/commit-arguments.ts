import type { CommitRequest } from '../protocol/ports/state-store.js';
import type { OutboxEntry } from '../protocol/ports/message-store.js';
import { encodeListener } from './binding-rows.js';
import type { PackedArguments } from './packed-arguments.js';
import type { ActorKeys } from './redis-keys.js';

// Indices into a unit's keys in commit-unit.lua; the bindings' are behind them.
const ROW = 1;
const OPERATIONS = 2;
const OUTBOX = 3;
const INBOX = 4;
const REMINDERS = 5;
/** What stands before a unit's steps. */
const HEAD = 7;
/** Lua's stack takes 8,000 values; even, so that pairs stay together. */
const STEP_LIMIT = 4000;

/** Wraps bytes for ioredis without copying them. */
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Of commit-unit.lua for one commit: adds its keys to `keys`, and the rest to `packed`. */
export class CommitArguments {
  private readonly firstKey: number;
  private steps = 0;

  constructor(private readonly packed: PackedArguments, private readonly keys: string[], private readonly actorKeys: ActorKeys) {
    this.firstKey = keys.length;
  }

  add(request: CommitRequest): void {
    const { packed, keys, actorKeys } = this;
    keys.push(actorKeys.row);
    if (touchesRecords(request)) keys.push(actorKeys.operations);
    const touchesAll = touchesMore(request);
    if (touchesAll) {
      if (keys.length - this.firstKey === 1) keys.push(actorKeys.operations);
      keys.push(actorKeys.outbox, actorKeys.inbox, actorKeys.reminders, actorKeys.unbound);
    }
    const bindingKeys = this.addBindingKeys(request);
    const list = packed.openList();
    packed.whole(keys.length - this.firstKey);
    packed.text(request.token);
    packed.text(request.commitId);
    packed.text(String(request.version));
    // The answer says what is left in the outbox.
    packed.whole(request.outbox?.length || request.settled?.length ? 1 : 0);
    this.addWhatItRecords(request);
    this.addRow(request);
    this.addOperations(request);
    this.addBindings(request, bindingKeys); // Before the outbox: who is unbound here is needed only by what is in it already.
    this.addMessages(request);
    this.addReminders(request);
    packed.endList(list, HEAD + this.steps);
  }

  private addWhatItRecords(request: CommitRequest): void {
    const { packed } = this;
    const operations = knownIfPresent(request);
    packed.list(operations.length);
    for (const operation of operations) packed.text(operation);
    const { marks = [] } = request;
    packed.list(marks.length);
    for (const { sender, low, ids } of marks) {
      packed.list(2 + ids.length);
      packed.text(`m:${sender}`);
      packed.text(String(low));
      for (const id of ids) packed.text(String(id));
    }
  }

  private addRow({ fields, version, commitId, tags, hold, outbox }: CommitRequest): void {
    const removed: string[] = [];
    const set: (string | Uint8Array)[] = ['v', String(version + 1), 'c', commitId];
    for (const [name, value] of fields) {
      if (value === undefined) removed.push(`f:${name}`);
      else set.push(`f:${name}`, value);
    }
    for (const tag of tags?.removed ?? []) removed.push(`t:${tag}`);
    for (const tag of tags?.added ?? []) set.push(`t:${tag}`, '');
    if (hold === null) removed.push('hold');
    else if (hold !== undefined) set.push('hold', hold);
    if (outbox?.length) set.push('q', String(outbox[outbox.length - 1]!.sequence));
    this.step('HDEL', ROW, removed);
    this.step('HSET', ROW, set);
  }

  private addOperations({ operations = [], forgottenOperations = [] }: CommitRequest): void {
    this.step('HDEL', OPERATIONS, forgottenOperations.flatMap((id) => [`o:${id}`, `r:${id}`]));
    this.step('HSET', OPERATIONS, operations.flatMap(({ operationId, scope, argumentsHash, at, result }) => [
      `o:${operationId}`, JSON.stringify([scope, argumentsHash, at]), `r:${operationId}`, result,
    ]));
  }

  private addMessages({ outbox = [], settled = [], inboxTaken }: CommitRequest): void {
    this.addOutbox(outbox);
    for (const sequence of settled) this.step('ZREMRANGEBYSCORE', OUTBOX, [String(sequence), String(sequence)]);
    if (inboxTaken) this.step('LTRIM', INBOX, [String(inboxTaken), '-1']);
  }

  private addOutbox(outbox: readonly OutboxEntry[]): void {
    const { packed } = this;
    for (let from = 0; from < outbox.length; from += STEP_LIMIT / 2) {
      const slice = outbox.slice(from, from + STEP_LIMIT / 2);
      this.begin('ZADD', OUTBOX, 2 * slice.length);
      for (const { sequence, payload } of slice) {
        packed.text(String(sequence));
        packed.data(Buffer.from(`${sequence}=`), payload);
      }
    }
  }

  /** Where the bindings of each event are, among the keys. */
  private addBindingKeys({ bindings = [] }: CommitRequest): ReadonlyMap<string, number> {
    const indices = new Map<string, number>();
    for (const { event } of bindings) {
      if (indices.has(event)) continue;
      this.keys.push(this.actorKeys.bindings(event));
      indices.set(event, this.keys.length - this.firstKey);
    }
    return indices;
  }

  private addBindings({ bindings = [] }: CommitRequest, keys: ReadonlyMap<string, number>): void {
    for (const { event, listener, bound } of bindings) this.step('BIND', keys.get(event)!, [event, encodeListener(listener), bound ? '1' : '0']);
  }

  private addReminders({ reminders = [] }: CommitRequest): void {
    for (const { name, value } of reminders) this.step(value === undefined ? 'HDEL' : 'HSET', REMINDERS, value === undefined ? [name] : [name, value]);
  }

  private step(name: string, key: number, values: readonly (string | Uint8Array)[]): void {
    for (let from = 0; from < values.length; from += STEP_LIMIT) {
      const slice = values.length <= STEP_LIMIT ? values : values.slice(from, from + STEP_LIMIT);
      this.begin(name, key, slice.length);
      for (const value of slice) {
        if (typeof value === 'string') this.packed.text(value);
        else this.packed.data(value);
      }
    }
  }

  private begin(name: string, key: number, count: number): void {
    this.steps++;
    this.packed.list(2 + count);
    this.packed.text(name);
    this.packed.whole(key);
  }
}

/** Operations whose presence makes the commit a duplicate: the carried ones, but not where the same commit forgets the older one. */
function knownIfPresent({ operations, forgottenOperations }: CommitRequest): readonly string[] {
  if (!operations?.length) return [];
  return operations.filter(({ operationId }) => !forgottenOperations?.includes(operationId)).map(({ operationId }) => `o:${operationId}`);
}

/** Marks and records of operations alone: what most handled messages have. */
function touchesRecords({ operations, forgottenOperations, marks }: CommitRequest): boolean {
  return Boolean(operations?.length || forgottenOperations?.length || marks?.length);
}

function touchesMore({ outbox, settled, bindings, reminders, inboxTaken }: CommitRequest): boolean {
  return Boolean(outbox?.length || settled?.length || bindings?.length || reminders?.length || inboxTaken);
}
