import { deepStrictEqual } from 'node:assert';
import { expect } from 'chai';
import fc from 'fast-check';
import { createCodec } from '../../protocol/codec/index.js';
import { TroupeError } from '../../protocol/errors/index.js';
import { LIMITS, anyGraph, anyTree, isSeparateTwin } from './arbitraries.js';

const codec = createCodec();

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    return error;
  }
}

describe('the codec, for any value', () => {
  it('gives back what was encoded', () => {
    fc.assert(fc.property(anyTree, (tree) => deepStrictEqual(codec.decode(codec.encode(tree, 'value')), tree)), { numRuns: 600 });
  });

  it('copies what it was given', () => {
    fc.assert(fc.property(anyTree, (tree) => deepStrictEqual(codec.copy(tree, 'value'), tree)), { numRuns: 600 });
  });

  it('shares no object between a value and its copy, and keeps cycles and shared objects', () => {
    fc.assert(fc.property(anyGraph, (graph) => isSeparateTwin(graph, codec.copy(graph, 'value'))), { numRuns: 500 });
  });

  it('keeps cycles and shared objects over the wire', () => {
    fc.assert(fc.property(anyGraph, (graph) => isSeparateTwin(graph, codec.decode(codec.encode(graph, 'value')))), { numRuns: 500 });
  });

  it('encodes a value, its copy and its decoded self to the same bytes', () => {
    fc.assert(fc.property(fc.oneof(anyTree, anyGraph), (value) => {
      const bytes = codec.encode(value, 'value');
      for (const twin of [value, codec.copy(value, 'value'), codec.decode(bytes)]) expect(Buffer.compare(codec.encode(twin, 'value'), bytes)).to.equal(0);
    }), { numRuns: 600 });
  });

  it('leaves the bytes it decodes as they are', () => {
    fc.assert(fc.property(anyTree, (tree) => {
      const bytes = new Uint8Array(codec.encode(tree, 'value'));
      const before = new Uint8Array(bytes);
      codec.decode(bytes);
      deepStrictEqual(bytes, before);
    }));
  });
});

describe('the codec, for any bytes from outside', () => {
  const decode = (bytes: Uint8Array): unknown => outcome(() => codec.decodeUntrusted(bytes, LIMITS, 'args'));

  it('gives what was sent, unless a name in it is forbidden', () => {
    fc.assert(fc.property(anyTree, (tree) => {
      const value = decode(codec.encode(tree, 'value'));
      if (value instanceof TroupeError) expect(value.message).to.match(/this name is not accepted|is no field of the class/);
      else deepStrictEqual(value, tree);
    }), { numRuns: 500 });
  });

  it('gives a value or one of Troupe\'s errors for random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void decode(bytes)), { numRuns: 5000 });
  });

  it('gives a value or one of Troupe\'s errors for random nodes', () => {
    const piece = fc.oneof(fc.constantFrom([0xc0], [0xd4, 0, 0], [0xa1, 0x61], [0xc4, 0], [0xc4, 2, 0, 0xd8]), fc.nat(18).map((tag) => [0x93, 0xc0, tag]), fc.nat(18).map((tag) => [0x96, 0xc0, tag]), fc.nat(20).map((n) => [n]));
    const head = fc.nat(18).map((tag) => [0x94, 0xc0, tag]);
    fc.assert(fc.property(head, fc.array(piece, { maxLength: 12 }), (first, rest) => void decode(Uint8Array.from([first, ...rest].flat()))), { numRuns: 8000 });
  });

  it('gives a value or one of Troupe\'s errors for encodings with bytes changed, cut, added or repeated', () => {
    const edit = fc.tuple(fc.constantFrom('set', 'cut', 'add', 'end'), fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0xc0, 0xdd, 0xdf, 0xc6, 0xdb, 0x93, 0xd6)));
    fc.assert(fc.property(fc.oneof(anyTree, anyGraph), fc.array(edit, { minLength: 1, maxLength: 4 }), (value, edits) => {
      const bytes = [...codec.encode(value, 'value')];
      for (const [kind, at, byte] of edits) {
        const place = at % Math.max(1, bytes.length);
        if (kind === 'set') bytes[place] = byte;
        else if (kind === 'cut') bytes.splice(place, 1);
        else if (kind === 'add') bytes.splice(place, 0, byte);
        else bytes.length = place;
      }
      decode(Uint8Array.from(bytes));
      outcome(() => codec.decode(Uint8Array.from(bytes)));
    }), { numRuns: 4000 });
  });

  it('never exceeds its limits in what it gives', () => {
    const limits = { maxBytes: 200, maxDepth: 3, maxNodes: 30 };
    const measure = (value: unknown, depth = 0): number => {
      expect(depth).to.be.at.most(3 + 1);
      return Array.isArray(value) ? value.reduce((sum: number, one) => sum + measure(one, depth + 1), 1) : 1;
    };
    const nested = fc.letrec<{ tree: unknown }>((tie) => ({ tree: fc.oneof(fc.nat(9), fc.array(tie('tree'), { maxLength: 6 })) })).tree;
    fc.assert(fc.property(nested, (tree) => {
      const value = outcome(() => codec.decodeUntrusted(codec.encode(tree, 'value'), limits, 'args'));
      if (!(value instanceof TroupeError)) expect(measure(value)).to.be.at.most(30);
    }), { numRuns: 500 });
  });
});
