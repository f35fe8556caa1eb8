// What 64 kB from outside may cost: the limits bound bytes and values, these tests what is built of them.
import { expect } from 'chai';
import { Exclude, Expose, Transform } from 'class-transformer';
import { createCodec, type DecodeLimits } from '../../protocol/codec/index.js';
import { InvalidArgumentError, TroupeError } from '../../protocol/errors/index.js';
import { registerSerializable } from '../../protocol/serializable-registry.js';
import { array, bytes, text, u16, u32 } from './wire-bytes.js';

const codec = createCodec();
const LIMITS: DecodeLimits = { maxBytes: 65_536, maxDepth: 32, maxNodes: 10_000 };
const decode = (...parts: readonly unknown[]): unknown => codec.decodeUntrusted(bytes(...parts), LIMITS, 'args');

function refusal(...parts: readonly unknown[]): TroupeError & { readonly path?: string; readonly limit?: number } {
  try {
    decode(...parts);
  } catch (error) {
    expect(error).to.be.instanceOf(TroupeError);
    return error as TroupeError;
  }
  throw new Error('nothing was refused');
}

const fields = (count: number): unknown[] => Array.from({ length: count }, (_, i) => [text(`k${i.toString(36)}`), i % 100]);
const sparse = (length: number): unknown[] => [0x93, 0xc0, 6, 0xcd, u16(length)];

class Label {
  text = '';
}
Transform(({ value }) => String(value).trim())(Label.prototype, 'text');
Expose({ name: 'colour' })(Label.prototype, 'color');
Exclude()(Label.prototype, 'secret');
registerSerializable('cost.label', Label);

describe('a small message from outside', () => {
  it('is refused when it stands for many holes: one array, many arrays, one array that occurs many times', () => {
    expect(refusal([0x91], sparse(10_000))).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', path: 'args[0]', limit: 10_000 });
    expect(refusal([0x91], array(4000), Array.from({ length: 4000 }, () => sparse(9999)))).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', path: 'args[0][1]' });
    const repeats = Array.from({ length: 100 }, () => [0x93, 0xc0, 16, 1]);
    expect(refusal([0x93, 0xc0, 17], array(101), sparse(1000), repeats)).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', path: 'args[9]' });
    expect(decode(array(9), Array.from({ length: 9 }, () => sparse(1000)))).to.have.length(9);
  });

  it('is refused with more numbers as keys of a Map or members of a Set than chosen collisions would make slow', () => {
    const numbers = (count: number): unknown[] => Array.from({ length: count }, (_, i) => u32(i));
    expect((decode(array(2 + 1024), 0xc0, 10, numbers(1024)) as Set<number>).size).to.equal(1024);
    expect(refusal([0x91], array(2 + 1025), 0xc0, 10, numbers(1025))).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', path: 'args[0]', limit: 1024 });
    const entries = numbers(1025).map((key) => [key, 0xc3]);
    expect(refusal(array(2 + 2050), 0xc0, 9, entries).message).to.equal('args: more than 1024 numbers as keys or members; send strings, or an array');
    expect(refusal(array(2 + 1025), 0xc0, 10, Array.from({ length: 1025 }, (_, i) => [0xd3, 0, 0, 0, 1, 0, 0, u16(i)])).code).to.equal('ERR_PAYLOAD_TOO_LARGE');
    expect((decode(array(2 + 5000), 0xc0, 10, Array.from({ length: 5000 }, (_, i) => text(`${i}`))) as Set<string>).size).to.equal(5000);
  });

  it('builds an error of thousands of fields in one go', function () {
    // Copying the fields for each of them took 17 seconds.
    this.timeout(4000);
    const error = decode(array(3 + 2 * 8000), 0xc0, 14, text('ERR_INVALID_ARGUMENT'), fields(8000)) as InvalidArgumentError;
    expect(error).to.be.instanceOf(InvalidArgumentError);
    expect(Object.keys(error.data)).to.have.length(8000);
    expect(error.data).to.be.frozen.and.include({ k0: 0, k2: 2 });
    expect(error).to.include({ code: 'ERR_INVALID_ARGUMENT', k1: 1 });
  });

  it('builds instances of thousands of undeclared fields, and the declared ones follow their rules before and after', () => {
    const label = (...more: readonly unknown[]): unknown => decode([0xdc], u16(3 + 4 + 2 * more.length), 0xc0, 12, text('cost.label'), text('text'), text(' a '), text('colour'), text('red'), more);
    for (const undeclared of [0, 5000, 0]) {
      const made = label(...fields(undeclared)) as Label & Record<string, unknown>;
      expect(made).to.be.instanceOf(Label).and.include({ text: 'a', color: 'red' });
      expect(Object.keys(made)).to.have.length(2 + undeclared);
    }
    expect(label([text('secret'), text('x')])).to.not.have.property('secret');
  });
});

describe('a refusal of bytes from outside', () => {
  it('names the path where depth or values ran out', () => {
    const deep = Array.from({ length: 31 }, () => [0x81, text('a')]);
    expect(refusal([0x91], deep, 0x90)).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', limit: 32, path: `args[0]${'.a'.repeat(31)}` });
    expect(refusal([0x92], array(9000), Array(9000).fill(1), 0x81, text('list'), array(2000), Array(2000).fill(1))).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', limit: 10_000, path: 'args[1].list[996]' });
    expect(refusal(0xc5, 0xff, 0xff, new Uint8Array(65_535))).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', limit: 65_536, path: 'args' });
  });

  it('takes what is just inside the depth and refuses the next level, whatever the levels are', () => {
    const LEVELS: Readonly<Record<string, readonly number[]>> = { array: [0x91], object: [0x81, ...text('a')], map: [0x94, 0xc0, 9, 1], set: [0x93, 0xc0, 10], odd: [0x94, 0xc0, 4, ...text('a')], bare: [0x94, 0xc0, 5, ...text('a')], sparse: [0x95, 0xc0, 6, 1, 0], error: [0x95, 0xc0, 13, ...text('Error'), ...text('a')] };
    for (const [what, level] of Object.entries(LEVELS)) {
      for (const depth of [31, 32]) expect(() => decode(Array(depth).fill(level), 1), `${what} ${depth}`).to.not.throw();
      for (const depth of [33, 100, 3000]) expect(refusal(Array(depth).fill(level), 1), `${what} ${depth}`).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', limit: 32 });
    }
  });

  it('stays short however long the names and the way are', () => {
    const long = refusal([0x81], 0xda, u16(60_000), Buffer.alloc(60_000, 'x'), 0xc1);
    expect(long.message).to.have.length.below(200);
    const far: unknown = codec.encode(JSON.parse(`${'[{"name":'.repeat(240)}1${'}]'.repeat(240)}`), 'args');
    const nested = (() => {
      try {
        return codec.decodeUntrusted(far as Uint8Array, { ...LIMITS, maxDepth: 400 }, 'args');
      } catch (error) {
        return error as Error;
      }
    })() as Error;
    expect(nested.message).to.contain('nested deeper than 400 levels').and.have.length.below(400);
  });

  const IMPOSSIBLE: Readonly<Record<string, readonly [problem: RegExp, ...parts: readonly unknown[]]>> = {
    'a typed array of half an element': [/bytes of an unknown kind or length/, 0x94, 0xc0, 11, 6, 0xc4, 3, 1, 2, 3],
    'a typed array of no kind': [/bytes of an unknown kind or length/, 0x94, 0xc0, 11, 99, 0xc4, 0],
    'a typed array made of text': [/bytes expected/, 0x94, 0xc0, 11, 1, text('abc')],
    'bytes that stand alone': [/bytes outside a binary value/, 0xc4, 1, 1],
    'a Map key without value': [/a Map key without value/, 0x93, 0xc0, 9, 1],
    'a field without value': [/a field without value/, 0x93, 0xc0, 4, text('a')],
    'an element beyond the length': [/an element out of place/, 0x95, 0xc0, 6, 1, 1, 1],
    'a length that is no number': [/a length that is no number/, 0x93, 0xc0, 6, text('9')],
    'a negative length': [/a length that is no number/, 0x93, 0xc0, 6, 0xff],
    'a date of text': [/a date that is no number/, 0x93, 0xc0, 7, text('now')],
    'a bigint of words': [/a bigint that is no number/, 0x93, 0xc0, 2, text('0x10n')],
    'an instance of no class': [/an instance of no class/, 0x93, 0xc0, 12, 7],
    'an error of an unknown class': [/an error of an unknown class/, 0x93, 0xc0, 13, text('DOMException')],
    'an error of an unknown code': [/an error of an unknown code/, 0x93, 0xc0, 14, text('ERR_NOTHING')],
    'a repeat where nothing repeats': [/unknown node 16/, 0x93, 0xc0, 16, 9],
    'a graph inside a value': [/a graph inside a value/, 0x91, 0x93, 0xc0, 17, 1],
    'text in half a unit': [/text that is no UTF-16/, 0x93, 0xc0, 3, 0xc4, 1, 1],
    'text that is spelled twice': [/text that needs no UTF-16/, 0x93, 0xc0, 3, 0xc4, 2, 0x41, 0],
    'a kind that is not there': [/an unknown kind of value/, 0x92, 0xc0, 18],
    'a handle': [/handles are not accepted here/, 0x94, 0xc0, 15, text('vault'), text('k')],
    'a regular expression': [/regular expressions are not accepted/, 0x94, 0xc0, 8, text('(a+)+$'), text('')],
    'a field called __proto__': [/this name is not accepted/, 0x81, text('__proto__'), 1],
    'a timestamp of MessagePack': [/unexpected byte 0xd6/, 0xd6, 0xff, 0, 0, 0, 0],
    'an extension of msgpackr': [/unexpected byte 0xc7/, 0xc7, 2, 0x74, 1, 1],
  };
  for (const [what, [problem, ...parts]] of Object.entries(IMPOSSIBLE)) {
    it(`says what is wrong with ${what}, and where`, () => {
      const error = refusal(0x91, 0x81, text('a'), parts);
      expect(error.code).to.equal('ERR_INVALID_ARGUMENT');
      expect(error.message).to.match(problem).and.match(/^args\[0\]\.(a|__proto__)/);
    });
  }

  it('says what is wrong with a repeat of what comes later', () => {
    expect(refusal(0x93, 0xc0, 17, 0x91, 0x93, 0xc0, 16, 1).message).to.equal('args[0]: no encoding of a value: a repeat of an object that was not there');
  });

  it('is not needed for values that are only odd', () => {
    expect(decode(0x93, 0xc0, 7, 0xcb, [0x7f, 0xef, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])).to.be.instanceOf(Date).and.satisfy((date: Date) => Number.isNaN(date.getTime()));
    expect(decode(0x96, 0xc0, 10, 0xcb, [0x7f, 0xf8, 0, 0, 0, 0, 0, 0], 0xcb, [0x7f, 0xf8, 0, 0, 0, 0, 0, 0], 1, 1)).to.deep.equal(new Set([NaN, 1]));
    expect(String(decode(0x93, 0xc0, 2, 0xda, u16(60_000), Buffer.alloc(60_000, 'f')))).to.have.length(72_248);
    expect(decode(0x95, 0xc0, 12, text('cost.nobody'), text('a'), 1)).to.deep.equal({ a: 1 });
    const cycle = decode(0x93, 0xc0, 17, 0x92, 1, 0x93, 0xc0, 16, 0) as unknown[];
    expect(cycle[1]).to.equal(cycle);
  });
});
