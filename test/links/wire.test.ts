import { deepStrictEqual } from 'node:assert';
import { expect } from 'chai';
import fc from 'fast-check';
import type { EntityId } from '../../protocol/actor-id.js';
import { createCodec } from '../../protocol/codec/index.js';
import type { Envelope } from '../../protocol/envelope.js';
import { ByteReader } from '../../silo/links/byte-reader.js';
import { ByteWriter } from '../../silo/links/byte-writer.js';
import { EnvelopeReader } from '../../silo/links/envelope-reader.js';
import { EnvelopeWriter, KINDS } from '../../silo/links/envelope-writer.js';
import { IncomingNames } from '../../silo/links/incoming-names.js';
import { MalformedFrame } from '../../silo/links/malformed-frame.js';
import { OutgoingNames } from '../../silo/links/outgoing-names.js';
import { ValueWire } from '../../silo/links/value-wire.js';
import { remoteTurns, waitingEntities } from '../../silo/links/waiting-turns.js';
import { anyGraph, anyText, anyTree, isSeparateTwin } from '../codec/arbitraries.js';

const codec = createCodec();
const values = new ValueWire(codec, 1000);

const anyEntity = fc.record<EntityId>({ type: anyText, key: anyText, component: anyText.filter((name) => name !== '') }, { requiredKeys: ['type', 'key'], noNullPrototype: true });
const anyLineage = fc.array(anyText, { minLength: 1, maxLength: 64 });
const anyEnvelope: fc.Arbitrary<Envelope> = fc.record({
  kind: fc.constantFrom(...KINDS), target: anyEntity, method: anyText, args: fc.array(anyTree, { maxLength: 5 }),
  from: fc.option(anyEntity, { nil: undefined }),
  identity: fc.option(fc.record({ id: fc.string(), claims: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }) }, { noNullPrototype: true }), { nil: undefined }),
  chain: fc.option(anyLineage.map((lineage) => ({ id: lineage[0]!, lineage })), { nil: undefined }),
  caller: fc.option(fc.array(anyEntity, { minLength: 1, maxLength: 32 }).map(remoteTurns), { nil: undefined }),
  deadlineMs: fc.oneof(fc.nat(2 ** 40), fc.constant(Infinity)), timeoutMs: fc.double({ min: 0, noNaN: true }),
  idempotencyKey: fc.option(anyText, { nil: undefined }),
  durable: fc.option(fc.oneof(
    fc.record({
      operation: anyText, isKept: fc.constant(true), mark: fc.record({ sender: anyText, low: fc.maxSafeNat(), ids: fc.tuple(fc.maxSafeNat()) }, { noNullPrototype: true }), isRepeated: fc.boolean(),
    }, { noNullPrototype: true }),
    fc.record({ operation: anyText, isKept: fc.constant(true), isNested: fc.constant(true), isRepeated: fc.boolean() }, { noNullPrototype: true }),
  ), { nil: undefined }),
  baggage: fc.option(fc.dictionary(anyText, anyText, { minKeys: 1, noNullPrototype: true }), { nil: undefined }),
  hops: fc.nat(100),
});

/** Both ends of a connection, without the connection. */
class Ends {
  private readonly outgoing = new OutgoingNames();
  private readonly incoming = new IncomingNames();
  private readonly writer = new EnvelopeWriter(this.outgoing, values);
  readonly reader = new EnvelopeReader(this.incoming, values);
  private readonly out = new ByteWriter(256);

  bytesOf(envelope: Envelope): Uint8Array {
    const tail = this.writer.write(this.out, envelope, 0);
    if (tail) this.out.bytes(tail);
    const message = this.out.take();
    this.outgoing.announce(this.out);
    this.incoming.learn(new ByteReader(this.out.take()));
    return message;
  }

  pass(envelope: Envelope): Envelope {
    const from = new ByteReader(this.bytesOf(envelope));
    const read = this.reader.read(from, 0);
    expect(from.isAtEnd).to.equal(true);
    expect(this.reader.unreadable).to.equal(undefined);
    return read;
  }
}

function fieldsOf({ kind, target, method, args, from, identity, chain, caller, deadlineMs, timeoutMs, idempotencyKey, durable, baggage, hops }: Envelope): object {
  return { kind, target, method, args, from, identity, chain, callers: waitingEntities(caller), deadlineMs, timeoutMs, idempotencyKey, durable, baggage, hops };
}

describe('the bytes of links', () => {
  it('give back every envelope, one hop further', () => {
    const ends = new Ends();
    fc.assert(fc.property(anyEnvelope, (envelope) => {
      deepStrictEqual(fieldsOf(ends.pass(envelope)), fieldsOf({ ...envelope, hops: envelope.hops + 1 }));
    }), { numRuns: 200 });
  });

  it('give back every value', () => {
    const out = new ByteWriter(256);
    fc.assert(fc.property(anyTree, (value) => {
      const tail = values.write(out, value, 'value');
      if (tail) out.bytes(tail);
      const from = new ByteReader(out.take());
      deepStrictEqual(values.read(from), value);
      expect(from.isAtEnd).to.equal(true);
    }), { numRuns: 800 });
  });

  it('keep what arguments share, and cycles', () => {
    const out = new ByteWriter();
    fc.assert(fc.property(anyGraph, (graph) => {
      const tail = values.writeArgs(out, [graph, graph]);
      if (tail) out.bytes(tail);
      const [first, second] = values.readArgs(new ByteReader(out.take())) as readonly unknown[];
      return first === second && isSeparateTwin(graph, first);
    }), { numRuns: 300 });
  });

  it('give back every number that counts, and every string', () => {
    const out = new ByteWriter(64);
    fc.assert(fc.property(fc.maxSafeNat(), fc.double(), anyText, fc.string({ minLength: 20, maxLength: 300 }), (count, double, text, long) => {
      out.varint(count);
      out.double(double);
      out.text(text);
      out.text(long);
      const from = new ByteReader(out.take());
      expect([from.varint(), from.double(), from.text(), from.text(), from.isAtEnd]).to.deep.equal([count, double, text, long, true]);
    }), { numRuns: 500 });
  });

  it('do not change once they are taken', () => {
    const out = new ByteWriter(256);
    const taken: { bytes: Uint8Array; copy: Uint8Array }[] = [];
    fc.assert(fc.property(anyText, fc.nat(3), (text, what) => {
      out.text(text);
      const { length } = out;
      out.text(text);
      const bytes = what === 0 ? out.take() : out.cut(length);
      if (what === 1) out.rewind(0);
      taken.push({ bytes, copy: Uint8Array.from(bytes) });
    }));
    for (const { bytes, copy } of taken) deepStrictEqual(Uint8Array.from(bytes), copy);
  });

  it('name a repeated type, method and component by a number after the first time', () => {
    const ends = new Ends();
    const envelope: Envelope = {
      kind: 'call', target: { type: 'a-long-type-name', key: 'k', component: 'ALongComponentName' }, method: 'aLongMethodName', args: [], deadlineMs: 100, timeoutMs: 100, hops: 0,
    };
    const first = ends.bytesOf(envelope).length;
    expect(first).to.be.lessThan(20);
    expect(ends.bytesOf(envelope)).to.have.length(first);
  });

  it('that end early are found out, wherever they end', () => {
    const ends = new Ends();
    fc.assert(fc.property(anyEnvelope, fc.nat(), (envelope, cut) => {
      const bytes = ends.bytesOf(envelope);
      const from = new ByteReader(bytes.subarray(0, cut % bytes.length));
      expect(() => ends.reader.read(from, 0)).to.throw(MalformedFrame);
    }), { numRuns: 300 });
  });

  it('that are changed give another envelope or are found out: nothing else is thrown', () => {
    const ends = new Ends();
    fc.assert(fc.property(anyEnvelope, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (envelope, changes) => {
      const bytes = Uint8Array.from(ends.bytesOf(envelope));
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      try {
        ends.reader.read(new ByteReader(bytes), 0);
      } catch (error) {
        expect(error).to.be.instanceOf(MalformedFrame);
      }
    }), { numRuns: 400 });
  });
});
