// EnvelopeReader: a call from bytes. The layout:
//   kind u8 · parts varint · type name · key text · [component name] · method name · [ms left until the deadline varint] · timeout value · hops u8
//   · [from entity] · [identity value] · [lineage: count, texts] · [callers: count, entities] · [idempotency key text]
//   · [baggage: count, pairs of texts] · [durable: operation text, sender text, low varint, sequence varint; nested: operation text] · arguments.   An entity is type name, key text, component name or the empty one.
import type { EntityId } from '../../protocol/actor-id.js';
import type { Baggage, DurableCall } from '../../protocol/envelope.js';
import type { Identity } from '../../protocol/identity.js';
import type { ByteReader } from './byte-reader.js';
import { KINDS, Part } from './envelope-writer.js';
import type { IncomingNames } from './incoming-names.js';
import { MAX_LINEAGE } from './lineage.js';
import { MalformedFrame } from './malformed-frame.js';
import { RemoteEnvelope } from './remote-envelope.js';
import { Unreadable, type ValueWire } from './value-wire.js';
import { MAX_WAITING_TURNS, remoteTurns } from './waiting-turns.js';

export class EnvelopeReader {
  /** Why the last envelope is not fit to be handed on: its identity or arguments could not be read. */
  unreadable: Unreadable | undefined;

  constructor(private readonly names: IncomingNames, private readonly values: ValueWire) {}

  /** Throws `MalformedFrame`. */
  read(from: ByteReader, nowMs: number): RemoteEnvelope {
    this.unreadable = undefined;
    const kind = KINDS[from.byte()];
    if (kind === undefined) throw new MalformedFrame('a call of unknown kind');
    const parts = from.varint();
    if (parts >= Part.repeated * 2) throw new MalformedFrame('a call with unknown parts');
    const type = this.names.read(from);
    const key = from.key();
    const target = parts & Part.component ? { type, key, component: this.names.read(from) } : { type, key };
    const method = this.names.read(from);
    const deadlineMs = parts & Part.noDeadline ? Infinity : nowMs + from.varint();
    const timeoutMs = this.values.read(from);
    if (typeof timeoutMs !== 'number') throw new MalformedFrame('a timeout that is no number');
    const envelope = new RemoteEnvelope(kind, target, method, deadlineMs, timeoutMs, from.byte());
    if (parts > Part.component) this.readParts(from, parts, envelope);
    const args = this.values.readArgs(from);
    if (args instanceof Unreadable) this.unreadable ??= args;
    else envelope.args = args;
    return envelope;
  }

  private readParts(from: ByteReader, parts: number, envelope: RemoteEnvelope): void {
    if (parts & Part.from) envelope.from = this.readEntity(from);
    if (parts & Part.identity) envelope.identity = this.readIdentity(from);
    if (parts & Part.chain) {
      const lineage = readLineage(from);
      envelope.chain = { id: lineage[0]!, lineage };
    }
    if (parts & Part.callers) this.readCallers(from, parts, envelope);
    if (parts & Part.key) envelope.idempotencyKey = from.text();
    if (parts & Part.baggage) envelope.baggage = readBaggage(from);
    if (parts & (Part.durable | Part.nested)) envelope.durable = readDurable(from, parts);
  }

  private readCallers(from: ByteReader, parts: number, envelope: RemoteEnvelope): void {
    const count = from.count(MAX_WAITING_TURNS);
    const entities: EntityId[] = [];
    for (let i = 0; i < count; i++) entities.push(this.readEntity(from));
    envelope.caller = remoteTurns(entities);
    if (parts & Part.fromIsCaller) envelope.from = entities[0];
  }

  private readEntity(from: ByteReader): EntityId {
    const type = this.names.read(from);
    const key = from.key();
    const component = this.names.read(from);
    return component === '' ? { type, key } : { type, key, component };
  }

  private readIdentity(from: ByteReader): Identity | undefined {
    const identity = this.values.read(from);
    if (identity instanceof Unreadable) {
      this.unreadable = identity;
      return undefined;
    }
    if (typeof identity !== 'object' || identity === null) throw new MalformedFrame('an identity that is no object');
    // As the gateway of its client does.
    return Object.freeze(identity) as Identity;
  }
}

function readLineage(from: ByteReader): readonly string[] {
  const count = from.count(MAX_LINEAGE);
  if (count === 0) throw new MalformedFrame('a chain without id');
  const lineage: string[] = [];
  for (let i = 0; i < count; i++) lineage.push(from.text());
  return lineage;
}

function readDurable(from: ByteReader, parts: number): DurableCall {
  const operation = from.text();
  const isRepeated = (parts & Part.repeated) > 0;
  if (parts & Part.nested) return { operation, isKept: true, isNested: true, isRepeated };
  const sender = from.text();
  const low = from.varint();
  return { operation, isKept: true, mark: { sender, low, ids: [from.varint()] }, isRepeated };
}

function readBaggage(from: ByteReader): Baggage {
  const count = from.count();
  const entries: [string, string][] = [];
  for (let i = 0; i < count; i++) entries.push([from.text(), from.text()]);
  return Object.fromEntries(entries);
}
