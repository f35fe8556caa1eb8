// EnvelopeWriter: one call as bytes. The layout is in envelope-reader.ts: both change together, with the version of the link protocol.
import type { EntityId } from '../../protocol/actor-id.js';
import type { Baggage, DurableCall, Envelope, EnvelopeKind } from '../../protocol/envelope.js';
import type { ByteWriter } from './byte-writer.js';
import { MAX_LINEAGE, lineageOf } from './lineage.js';
import type { OutgoingNames } from './outgoing-names.js';
import type { Tail, ValueWire } from './value-wire.js';
import { waitingEntities } from './waiting-turns.js';

/** In the order of their numbers on the wire: append only. */
export const KINDS: readonly EnvelopeKind[] = ['call', 'oneWay', 'event', 'timer', 'hook'];

/** Which optional parts follow. */
export const Part = {
  component: 1, from: 2, fromIsCaller: 4, identity: 8, chain: 16, callers: 32, key: 64, baggage: 128, noDeadline: 256, durable: 512, nested: 1024, repeated: 2048,
} as const;

export class EnvelopeWriter {
  constructor(private readonly names: OutgoingNames, private readonly values: ValueWire) {}

  /** Throws `NotSerializableError`. A large encoding of the arguments is left to follow. */
  write(out: ByteWriter, envelope: Envelope, nowMs: number): Tail {
    const { target, from, identity, chain, idempotencyKey, durable, baggage, deadlineMs } = envelope;
    const callers = waitingEntities(envelope.caller);
    const hasDeadline = deadlineMs !== Infinity;
    const fromIsCaller = from !== undefined && callers[0] === from;
    out.byte(KINDS.indexOf(envelope.kind));
    out.varint(
      (target.component === undefined ? 0 : Part.component) | (from === undefined ? 0 : fromIsCaller ? Part.fromIsCaller : Part.from) |
      (identity ? Part.identity : 0) | (chain ? Part.chain : 0) | (callers.length > 0 ? Part.callers : 0) |
      (idempotencyKey === undefined ? 0 : Part.key) | (baggage && hasEntries(baggage) ? Part.baggage : 0) | (hasDeadline ? 0 : Part.noDeadline) | durablePart(durable),
    );
    this.names.write(out, target.type);
    out.text(target.key);
    if (target.component !== undefined) this.names.write(out, target.component);
    this.names.write(out, envelope.method);
    if (hasDeadline) out.varint(Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.ceil(deadlineMs - nowMs))));
    this.values.write(out, envelope.timeoutMs, 'timeoutMs');
    out.byte(Math.min(0xff, envelope.hops + 1));
    if (from !== undefined && !fromIsCaller) this.writeEntity(out, from);
    if (identity) {
      const tail = this.values.write(out, identity, 'identity');
      if (tail !== undefined) out.bytes(tail);
    }
    if (chain) writeLineage(out, lineageOf(chain));
    if (callers.length > 0) this.writeEntities(out, callers);
    if (idempotencyKey !== undefined) out.text(idempotencyKey);
    if (baggage && hasEntries(baggage)) writeBaggage(out, baggage);
    if (durable) writeDurable(out, durable);
    return this.values.writeArgs(out, envelope.args);
  }

  private writeEntities(out: ByteWriter, entities: readonly EntityId[]): void {
    out.varint(entities.length);
    for (let i = 0; i < entities.length; i++) this.writeEntity(out, entities[i]!);
  }

  /** An absent component is the empty name. */
  private writeEntity(out: ByteWriter, { type, key, component }: EntityId): void {
    this.names.write(out, type);
    out.text(key);
    this.names.write(out, component ?? '');
  }
}

function writeLineage(out: ByteWriter, lineage: readonly string[]): void {
  const count = Math.min(lineage.length, MAX_LINEAGE);
  out.varint(count);
  for (let i = 0; i < count; i++) out.text(lineage[i]!);
}

function durablePart(durable: DurableCall | undefined): number {
  if (!durable) return 0;
  return (durable.isNested ? Part.nested : Part.durable) | (durable.isRepeated ? Part.repeated : 0);
}

/** What comes as a message comes from a queue: over links they have their mark, unless they are nested. */
function writeDurable(out: ByteWriter, { operation, mark, isNested }: DurableCall): void {
  out.text(operation);
  if (isNested) return;
  const { sender, low, ids } = mark!;
  out.text(sender);
  out.varint(low);
  out.varint(ids[0]!);
}

function writeBaggage(out: ByteWriter, baggage: Baggage): void {
  const entries = Object.entries(baggage);
  out.varint(entries.length);
  for (const [name, value] of entries) {
    out.text(name);
    out.text(value);
  }
}

function hasEntries(baggage: Baggage): boolean {
  for (const name in baggage) {
    if (Object.hasOwn(baggage, name)) return true;
  }
  return false;
}
