import { deepStrictEqual } from 'node:assert';
import vm from 'node:vm';
import { expect } from 'chai';
import { createCodec } from '../../protocol/codec/index.js';

const codec = createCodec();

/** The two ways a value travels. */
const ways: Readonly<Record<string, (value: unknown) => unknown>> = {
  'a copy': (value) => codec.copy(value, 'value'),
  'the wire': (value) => codec.decode(codec.encode(value, 'value')),
};

const values: Readonly<Record<string, unknown>> = {
  'undefined at the top, in arrays and in properties': [undefined, { a: undefined }, [undefined, 1]],
  'undefined alone': undefined,
  'null, also first in an array': [null, [null], [null, 5, 'x'], { a: null }],
  'NaN, the infinities and -0': [NaN, Infinity, -Infinity, -0, { zero: -0 }],
  '-0 alone': -0,
  'numbers at the edges of their encodings': [127, 128, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -32, -33, -128, -129, -32768, -(2 ** 31), -(2 ** 31) - 1, 1.5, 5e-324, 1e308],
  'bigints of any size': [0n, -1n, 2n ** 63n, -(2n ** 63n), 2n ** 64n - 1n, 2n ** 64n, -(2n ** 64n), 10n ** 400n],
  'dates': [new Date(0), new Date(-1), new Date(8.64e15), new Date(1.5e12 + 7)],
  'maps and sets of anything': [new Map<unknown, unknown>([[1, 'a'], [{ k: 1 }, new Map([[null, undefined]])]]), new Set<unknown>([1, 'a', [2], new Set()])],
  'regular expressions': [/a+(?<n>b)/giu, /\ud800/],
  'typed arrays': [new Uint8Array([1, 2]), new Int8Array([-1]), new Uint8ClampedArray([300]), new Uint16Array([1]), new Int16Array([-1]), new Uint32Array([7]), new Int32Array([-7]), new Float32Array([0.5]), new Float64Array([NaN]), new BigInt64Array([-1n]), new BigUint64Array([1n])],
  'buffers and views': [new ArrayBuffer(3), new DataView(new Uint8Array([1, 2, 3]).buffer, 1, 1), Buffer.from('troupe'), Buffer.alloc(0)],
  'holes in arrays': [[, 1, , 2], new Array(3), Object.assign([], { 4_000_000_000: 'far' })],  
  'halves of surrogate pairs, in strings and names': ['\ud800', 'a\udc00b', '😀', { '\udfff': 1, b: 2 }],
  'a leading byte order mark, short and long': ['\ufeff', `\ufeff${'x'.repeat(200)}`, { '\ufeffname': 1 }],
  'long strings of every width': ['x'.repeat(70_000), 'é'.repeat(300), '漢'.repeat(90), '😀'.repeat(40)],
  'an own __proto__, constructor or toJSON': JSON.parse('{"a":{"x":1},"__proto__":{"polluted":true},"constructor":{"name":"x"},"toJSON":1,"prototype":2}') as unknown,
  'objects without prototype': [Object.assign(Object.create(null) as object, { a: 1 }), Object.assign(Object.create(null) as object, { ['constructor']: 1 })],
  'names that are numbers': { 2: 'b', 1: 'a', x: 'c' },
  'objects of more than 65535 names': Object.fromEntries(Array.from({ length: 66_000 }, (_, i) => [`k${i}`, i])),
};

for (const [way, send] of Object.entries(ways)) {
  describe(`a value that travels as ${way}`, () => {
    for (const [title, value] of Object.entries(values)) {
      it(`keeps ${title}`, () => deepStrictEqual(send(value), value));
    }

    it('keeps invalid dates', () => expect((send([new Date(NaN)]) as Date[])[0]!.getTime()).to.be.NaN);

    it('keeps cycles and objects that occur twice, through every kind of container', () => {
      const shared = { n: 1 };
      const value: Record<string, unknown> = { list: [shared, shared], date: new Date(1) };
      value.again = [value.date, value];
      value.map = new Map<unknown, unknown>([[shared, value]]);
      value.set = new Set([value.map]);
      const sent = send(value) as typeof value;
      const [first, second] = sent.list as object[];
      expect(first).to.equal(second).and.deep.equal({ n: 1 });
      expect((sent.again as unknown[])[0]).to.equal(sent.date);
      expect((sent.again as unknown[])[1]).to.equal(sent);
      expect((sent.map as Map<unknown, unknown>).get(first)).to.equal(sent);
      expect((sent.set as Set<unknown>).has(sent.map)).to.equal(true);
    });

    it('sets no prototype from an own __proto__', () => {
      const sent = send(JSON.parse('[{"__proto__":{"polluted":true}}]')) as Record<string, unknown>[];
      expect(Object.getPrototypeOf(sent[0])).to.equal(Object.prototype);
      expect(sent[0]!.polluted).to.equal(undefined);
    });

    it('reads getters, and looks through proxies of plain objects', () => {
      const value = { get now() { return 5; }, inner: new Proxy({ a: 1 }, {}), list: new Proxy([1], {}) };
      deepStrictEqual(send(value), { now: 5, inner: { a: 1 }, list: [1] });
    });

    it('takes plain objects and arrays of other realms', () => {
      deepStrictEqual(send(vm.runInNewContext('({ a: [1, { b: 2 }] })')), { a: [1, { b: 2 }] });
    });

    it('ignores symbol keys and properties that are not enumerable', () => {
      deepStrictEqual(send(Object.defineProperty({ a: 1, [Symbol('s')]: 2 }, 'hidden', { value: 3 })), { a: 1 });
    });

    it('keeps built-in errors: class, message, stack, cause, own fields', () => {
      const error = Object.assign(new TypeError('bad', { cause: new RangeError('deep') }), { code: 'ENOENT', at: new Date(3), errors: [1] });
      const sent = send(error) as typeof error;
      expect(sent).to.be.instanceOf(TypeError).and.not.equal(error);
      expect(Object.prototype.toString.call(sent)).to.equal('[object Error]');
      expect(sent.message).to.equal('bad');
      expect(sent.stack).to.equal(error.stack);
      expect(sent.cause).to.be.instanceOf(RangeError);
      expect(Object.keys(sent)).to.deep.equal(['code', 'at', 'errors']);
      deepStrictEqual(sent.at, error.at);
      const many = send(new AggregateError([new Error('one')], 'many')) as AggregateError;
      expect(many).to.be.instanceOf(AggregateError);
      expect((many.errors as Error[])[0]).to.be.instanceOf(Error).with.property('message', 'one');
    });

    it('cuts the stack of errors to 4096 characters', () => {
      const error = new Error('long');
      error.stack = 'x'.repeat(10_000);
      expect((send(error) as Error).stack).to.have.length(4096);
    });

    it('shares no bytes with what was sent', () => {
      const bytes = new Uint8Array([1, 2, 3]);
      const sent = send({ bytes, part: bytes.subarray(1) }) as { bytes: Uint8Array; part: Uint8Array };
      bytes.fill(9);
      deepStrictEqual(sent, { bytes: new Uint8Array([1, 2, 3]), part: new Uint8Array([2, 3]) });
      expect(sent.part.buffer.byteLength).to.equal(2);
    });
  });
}

describe('encoded bytes', () => {
  it('are cut out of any larger memory', () => {
    const bytes = codec.encode([1, 2, 3], 'value');
    expect(bytes.buffer.byteLength).to.equal(bytes.byteLength);
  });

  it('of a number alone are those that it has inside a list', () => {
    for (const edge of [0, 0x80, 0x100, 0x10000, 0x8000_0000, 0x1_0000_0000]) {
      for (const number of [edge - 1, edge, edge + 1, edge + 12_345, -edge]) {
        expect([...codec.encode(number, 'value')], String(number)).to.deep.equal([...codec.encode([number], 'value')].slice(1));
      }
    }
  });

  it('stay as they are while other values are encoded', () => {
    const bytes = codec.encode('first', 'value');
    for (let i = 0; i < 3000; i++) codec.encode('second', 'value');
    expect(codec.decode(bytes)).to.equal('first');
  });

  it('that no codec wrote are an InvalidArgumentError', () => {
    for (const bytes of [[], [0xc1], [0x92, 1], [0x92, 0xc0, 99], [1, 2]]) {
      expect(() => codec.decode(Uint8Array.from(bytes))).to.throw().with.property('code', 'ERR_INVALID_ARGUMENT');
    }
  });
});
