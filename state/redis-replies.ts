// What the scripts of state/lua answer, read into the port's types. Bytes are copied out: a reply's Buffers share the socket's large chunks.
import type { ActorId } from '../protocol/actor-id.js';
import type { OutboxEntry, SenderMark } from '../protocol/ports/message-store.js';
import type { ClaimResult, CommitResult, OperationRecord } from '../protocol/ports/state-store.js';

const EQUALS = 0x3d;

/** Text of a reply that must be a bulk string. */
export function readText(reply: unknown): string {
  if (Buffer.isBuffer(reply)) return reply.toString('utf8');
  if (typeof reply === 'string' || typeof reply === 'number') return String(reply);
  throw new TypeError(`Redis: expected a string in the reply, got ${typeof reply}`);
}

/** Elements of a reply that must be an array. */
export function readList(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  throw new TypeError(`Redis: expected an array as the reply, got ${typeof reply}`);
}

/** Bytes of their own. */
export function readBytes(reply: unknown): Uint8Array {
  if (Buffer.isBuffer(reply)) return new Uint8Array(reply);
  throw new TypeError(`Redis: expected bytes in the reply, got ${typeof reply}`);
}

/** An actor as it stands in sets and hashes: `type/key`. */
export function readActorId(member: string): ActorId {
  const slash = member.indexOf('/');
  return { type: member.slice(0, slash), key: member.slice(slash + 1) };
}

/** The answer of claim-actor.lua. */
export function readClaim(reply: unknown): ClaimResult {
  const parts = readList(reply);
  if (!Array.isArray(parts[0])) return { status: 'taken', holder: { token: readText(parts[0]), incarnation: readText(parts[1]) } };
  const row = readRow(parts[0]);
  return {
    status: 'claimed',
    epoch: Number(row.meta.get('ep') ?? 0),
    version: Number(row.meta.get('v') ?? 0),
    fields: row.fields,
    tags: row.tags,
    bindingCounts: row.bindingCounts,
    lastSequence: Number(row.meta.get('q') ?? 0),
    hasOutbox: parts[1] === 1,
    hasInbox: parts[2] === 1,
    hasReminders: parts[3] === 1,
    hold: row.meta.get('hold'),
  };
}

function readRow(flat: readonly unknown[]) {
  const fields = new Map<string, Uint8Array>();
  const tags: string[] = [];
  const bindingCounts = new Map<string, number>();
  const meta = new Map<string, string>();
  for (let i = 0; i < flat.length; i += 2) {
    const name = readText(flat[i]);
    if (name.startsWith('f:')) fields.set(name.slice(2), readBytes(flat[i + 1]));
    else if (name.startsWith('t:')) tags.push(name.slice(2));
    else if (name.startsWith('b:')) bindingCounts.set(name.slice(2), Number(readText(flat[i + 1])));
    else meta.set(name, readText(flat[i + 1]));
  }
  for (const [event, count] of bindingCounts) if (count === 0) bindingCounts.delete(event); // All unbound, and not forgotten yet.
  return { fields, tags, bindingCounts, meta };
}

/** The answer of commit-unit.lua. */
export function readCommit(reply: unknown): CommitResult {
  const [status, first, second] = readList(reply);
  switch (readText(status)) {
    case 'OK': return { status: 'committed', version: Number(first), ...(second !== undefined && { oldestUnsettled: Number(readText(second)) }) };
    case 'REGRESSED': return { status: 'regressed', version: Number(first) };
    case 'CONFLICT': return { status: 'conflict', version: Number(first) };
    case 'DUP': {
      const id = readText(first).slice(2);
      return { status: 'duplicate', operationId: second === undefined ? id : `${id}#${readText(second)}` };
    }
    case 'FENCED': {
      const token = readText(first);
      return { status: 'fenced', holder: token === '' ? undefined : { token, incarnation: readText(second) } };
    }
    default: throw new TypeError(`Redis: commit-unit answered ${readText(status)}`);
  }
}

/** An operation as `{C/T/K}:ops` keeps it under `o:<id>`: JSON of `[scope, argumentsHash, at]`. */
export function readOperation(operationId: string, record: unknown): OperationRecord {
  const [scope, argumentsHash, at] = JSON.parse(readText(record)) as [string, string, number];
  return { operationId, scope, argumentsHash, at };
}

/** A mark as `{C/T/K}:ops` keeps it under `m:<sender>`: `low ,id,id,`. Ids below `low` may be left among them. */
export function readMark(sender: string, record: unknown): SenderMark | undefined {
  if (record === null || record === undefined) return undefined;
  const [low, ids] = readText(record).split(' ') as [string, string];
  const numbers = ids.split(',').filter((id) => id !== '').map(Number).filter((id) => id >= Number(low));
  return { sender, low: Number(low), ids: [...new Set(numbers)].sort((a, b) => a - b) };
}

/** A member of `{C/T/K}:out`: `sequence=payload`. */
export function readOutboxEntry(member: unknown): OutboxEntry {
  const bytes = readBytes(member);
  const end = bytes.indexOf(EQUALS);
  return { sequence: Number(Buffer.from(bytes.subarray(0, end)).toString('latin1')), payload: bytes.subarray(end + 1) };
}
