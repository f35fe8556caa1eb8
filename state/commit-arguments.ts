import type { CommitRequest } from '../protocol/ports/state-store.js';
import { encodeListener } from './binding-rows.js';
import type { RedisArgument } from './redis-client.js';
import type { ActorKeys } from './redis-keys.js';

// Indices into KEYS of commit-unit.lua.
const ROW = '1';
const OPERATIONS = '2';
const OUTBOX = '3';
const INBOX = '4';
const REMINDERS = '5';
const FIRST_BINDING = 7;
/** Lua's stack takes 8,000 values; even, so that pairs stay together. */
const STEP_LIMIT = 4000;

/** Wraps bytes for ioredis without copying them. */
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** KEYS and ARGV of commit-unit.lua for one commit. */
export class CommitArguments {
  readonly keys: string[];
  readonly args: RedisArgument[];
  /** The answer says what is left in the outbox. */
  readonly touchesOutbox: boolean;

  constructor(request: CommitRequest, private readonly actorKeys: ActorKeys) {
    this.keys = [actorKeys.row];
    const operations = knownIfPresent(request);
    const messages = (request.marks ?? []).flatMap(({ sender, ids }) => ids.flatMap((id) => [`m:${sender}`, String(id)]));
    this.touchesOutbox = Boolean(request.outbox?.length || request.settled?.length);
    const counts = [this.touchesOutbox ? '1' : '0', String(operations.length), String(messages.length)];
    this.args = [request.token, request.commitId, String(request.version), ...counts, ...operations, ...messages];
    this.addRow(request);
    if (touchesMore(request)) {
      this.keys.push(actorKeys.operations, actorKeys.outbox, actorKeys.inbox, actorKeys.reminders, actorKeys.unbound);
      this.addOperations(request);
      this.addBindings(request); // Before the outbox: who is unbound here is needed only by what is in it already.
      this.addMessages(request);
      this.addReminders(request);
    }
  }

  private addRow({ fields, version, commitId, tags, hold, outbox }: CommitRequest): void {
    const removed: string[] = [];
    const set: RedisArgument[] = ['v', String(version + 1), 'c', commitId];
    for (const [name, value] of fields) {
      if (value === undefined) removed.push(`f:${name}`);
      else set.push(`f:${name}`, toBuffer(value));
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
      `o:${operationId}`, JSON.stringify([scope, argumentsHash, at]), `r:${operationId}`, toBuffer(result),
    ]));
  }

  private addMessages({ marks = [], outbox = [], settled = [], inboxTaken }: CommitRequest): void {
    for (const { sender, low, ids } of marks) this.step('MARK', OPERATIONS, [`m:${sender}`, String(low), ids.map((id) => `${id},`).join('')]);
    this.step('ZADD', OUTBOX, outbox.flatMap(({ sequence, payload }) => [String(sequence), Buffer.concat([Buffer.from(`${sequence}=`), payload])]));
    for (const sequence of settled) this.step('ZREMRANGEBYSCORE', OUTBOX, [String(sequence), String(sequence)]);
    if (inboxTaken) this.step('LTRIM', INBOX, [String(inboxTaken), '-1']);
  }

  private addBindings({ bindings = [] }: CommitRequest): void {
    const indices = new Map<string, string>();
    for (const { event, listener, bound } of bindings) {
      let index = indices.get(event);
      if (index === undefined) {
        indices.set(event, (index = String(FIRST_BINDING + indices.size)));
        this.keys.push(this.actorKeys.bindings(event));
      }
      this.step('BIND', index, [event, encodeListener(listener), bound ? '1' : '0']);
    }
  }

  private addReminders({ reminders = [] }: CommitRequest): void {
    for (const { name, value } of reminders) {
      this.step(value === undefined ? 'HDEL' : 'HSET', REMINDERS, value === undefined ? [name] : [name, toBuffer(value)]);
    }
  }

  private step(name: string, key: string, values: readonly RedisArgument[]): void {
    for (let from = 0; from < values.length; from += STEP_LIMIT) {
      const slice = values.length <= STEP_LIMIT ? values : values.slice(from, from + STEP_LIMIT);
      this.args.push(name, key, String(slice.length));
      for (const value of slice) this.args.push(value);
    }
  }
}

/** Operations whose presence makes the commit a duplicate: the carried ones, but not where the same commit forgets the older one. */
function knownIfPresent({ operations, forgottenOperations }: CommitRequest): readonly string[] {
  if (!operations?.length) return [];
  return operations.filter(({ operationId }) => !forgottenOperations?.includes(operationId)).map(({ operationId }) => `o:${operationId}`);
}

function touchesMore(request: CommitRequest): boolean {
  return [
    request.operations, request.forgottenOperations, request.marks, request.outbox, request.settled, request.bindings, request.reminders,
  ].some((part) => part !== undefined && part.length > 0) || Boolean(request.inboxTaken);
}
