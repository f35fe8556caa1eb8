import { expect } from 'chai';
import { createCodec, type DecodeLimits } from '../../protocol/codec/index.js';
import { TroupeError } from '../../protocol/errors/index.js';
import { registerSerializable } from '../../protocol/serializable-registry.js';
import { LIMITS, Vec2 } from './arbitraries.js';

const codec = createCodec();

class Account {
  owner = 'ann';
  get isAdmin(): boolean { return false; }
  close(): void {}
}
registerSerializable('untrusted.account', Account);

function refusal(bytes: Iterable<number>, limits: DecodeLimits = LIMITS): TroupeError & { path?: string; limit?: number } {
  try {
    codec.decodeUntrusted(Uint8Array.from(bytes), limits, 'args');
  } catch (error) {
    expect(error).to.be.instanceOf(TroupeError);
    return error as TroupeError;
  }
  throw new Error('nothing was refused');
}

const encoded = (value: unknown): Uint8Array => codec.encode(value, 'args');
const text = (string: string): number[] => [0xa0 + Buffer.byteLength(string), ...Buffer.from(string)];

describe('bytes from outside', () => {
  it('give what was sent: containers, instances, errors, cycles', () => {
    const cycle: unknown[] = [new Vec2(1, new Map([['a', new Set([1n, undefined])]])), new TypeError('x'), { list: [null] }];
    cycle.push(cycle);
    const sent = codec.decodeUntrusted(encoded(cycle), LIMITS, 'args') as typeof cycle;
    expect(sent[0]).to.be.instanceOf(Vec2).and.deep.equal(cycle[0]);
    expect(sent[1]).to.be.instanceOf(TypeError);
    expect(sent[3]).to.equal(sent);
  });

  it('are refused over maxBytes, maxDepth and maxNodes, and accepted at them', () => {
    const limits = { maxBytes: 10, maxDepth: 2, maxNodes: 5 };
    expect(codec.decodeUntrusted(encoded([[1, 2, 3]]), limits, 'args')).to.deep.equal([[1, 2, 3]]);
    expect(refusal(encoded('x'.repeat(10)), limits)).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', limit: 10 });
    expect(refusal(encoded([[[]]]), limits)).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', limit: 2 });
    expect(refusal(encoded([[1, 2, 3, 4]]), limits)).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', limit: 5 });
    expect(codec.decodeUntrusted(encoded([new Date(1)]), { ...limits, maxBytes: 99, maxDepth: 1 }, 'args')).to.have.length(1);
  });

  it('are refused when they nest without end, before the stack does', () => {
    const limits = { maxBytes: 1e7, maxDepth: Infinity, maxNodes: Infinity };
    for (const level of [[0x91], [0x81, 0xa1, 0x61], [0x93, 0xc0, 10], [0x93, 0xc0, 16]]) {
      expect(refusal(Array.from({ length: 500_000 }, () => level).flat(), limits).code).to.be.oneOf(['ERR_PAYLOAD_TOO_LARGE', 'ERR_INVALID_ARGUMENT']);
    }
    for (const scalar of [7, 2, 11, 15]) expect(refusal(Array.from({ length: 100_000 }, () => [0x93, 0xc0, scalar]).flat(), limits).code).to.equal('ERR_INVALID_ARGUMENT');
  });

  it('are refused when they claim more than they hold', () => {
    for (const bytes of [[0xdd, 255, 255, 255, 255], [0xdf, 255, 255, 255, 255], [0xc6, 255, 255, 255, 255], [0xdb, 255, 255, 255, 255], [0xdc, 0, 5, 1], [0xa5, 0x61], [0xcb, 0], [0xd9], [], [0x92, 1]]) {
      expect(refusal(bytes)).to.include({ code: 'ERR_INVALID_ARGUMENT' }).with.property('message').that.contains('end too early');
    }
    expect(refusal([0x93, 0xc0, 6, 0xce, 255, 255, 255, 255]).code).to.equal('ERR_PAYLOAD_TOO_LARGE');
  });

  it('are refused with anything after the value', () => {
    expect(refusal([1, 1]).message).to.contain('bytes after the value');
  });

  it('are refused with an extension that no codec writes', () => {
    for (const bytes of [[0xd4, 0x72, 0x40], [0xd4, 0, 1], [0xd6, 0xff, 0, 0, 0, 0], [0xd6, 0x69, 0, 0, 0, 1, 0x90], [0xc7, 2, 0x74, 1, 1], [0xc7, 1, 0x42, 5], [0xd4, 0x73, 0, 0x90], [0xc1]]) {
      expect(refusal(bytes)).to.include({ code: 'ERR_INVALID_ARGUMENT' });
    }
  });

  it('are refused with __proto__, constructor or prototype for a name, by the path, however it is spelled', () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const hostile = [{ a: Object.defineProperty({}, name, { value: 1, enumerable: true }) }];
      expect(refusal(encoded(hostile))).to.include({ code: 'ERR_INVALID_ARGUMENT', path: `args[0].a.${name}` });
      // In a map, in a str 8, as an instance's field, as UTF-16.
      expect(refusal([0x81, ...text(name), 1])).to.include({ path: `args.${name}` });
      expect(refusal([0x81, 0xd9, name.length, ...Buffer.from(name), 1])).to.include({ path: `args.${name}` });
      expect(refusal([0x95, 0xc0, 12, ...text('untrusted.account'), ...text(name), 1])).to.include({ path: `args.${name}` });
      expect(refusal([0x94, 0xc0, 4, 0x93, 0xc0, 3, 0xc4, name.length * 2, ...Buffer.from(name, 'utf16le'), 1])).to.include({ code: 'ERR_INVALID_ARGUMENT' });
    }
    const overlong = [0xc1, 0x9f, 0xc1, 0x9f, ...Buffer.from('proto__')];
    expect(refusal([0x81, 0xa0 + overlong.length, ...overlong, 1]).message).to.contain('UTF-8');
  });

  it('are refused with text that is no UTF-8', () => {
    for (const bytes of [[0x80], [0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xc3], [0xe2, 0x82]]) {
      expect(refusal([0xa0 + bytes.length, ...bytes]).message).to.contain('UTF-8');
    }
  });

  it('are refused with regular expressions', () => {
    expect(refusal(encoded([{ pattern: /(a+)+$/ }]))).to.include({ code: 'ERR_INVALID_ARGUMENT', path: 'args[0].pattern' });
  });

  it('cannot put a field before a method or getter of a class', () => {
    const account = Object.defineProperty(new Account(), 'isAdmin', { value: true, enumerable: true });
    expect(refusal(encoded([account]))).to.include({ code: 'ERR_INVALID_ARGUMENT', path: 'args[0]' });
    expect(refusal([0x95, 0xc0, 12, ...text('untrusted.account'), ...text('close'), 1]).message).to.contain('"close" is no field');
    expect(refusal([0x95, 0xc0, 12, ...text('untrusted.account'), ...text('toString'), 1]).message).to.contain('"toString" is no field');
    expect(codec.decodeUntrusted(encoded(new Account()), LIMITS, 'args')).to.be.instanceOf(Account);
  });

  it('count shared objects each time they occur, so a small message cannot stand for an endless one', () => {
    let bomb: unknown = ['x'];
    for (let i = 0; i < 40; i++) bomb = [bomb, bomb];
    expect(refusal(encoded(bomb))).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE', limit: LIMITS.maxNodes });
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]));
    expect(refusal(encoded(Array.from({ length: 200 }, () => wide)))).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE' });
    const pair = new Vec2(1);
    expect(codec.decodeUntrusted(encoded([pair, pair]), { ...LIMITS, maxNodes: 7 }, 'args')).to.deep.equal([pair, pair]);
    expect(refusal(encoded([pair, pair]), { ...LIMITS, maxNodes: 6 })).to.include({ code: 'ERR_PAYLOAD_TOO_LARGE' });
    expect(codec.decodeUntrusted(encoded([pair, pair]), LIMITS, 'args')).to.deep.equal([pair, pair]);
  });

  it('name the path to what is wrong, through every container', () => {
    const symbol = /x/;
    const cases: [unknown, string][] = [
      [{ 'odd key': [1, symbol] }, 'args["odd key"][1]'], [new Map<unknown, unknown>([[1, 2], [3, symbol]]), 'args.values()[1]'], [new Set<unknown>([1, symbol]), 'args.values()[1]'],
      [[null, symbol], 'args[1]'], [new Vec2(1, symbol), 'args.y'], [Object.assign(new Error('e'), { x: symbol }), 'args.x'],
    ];
    for (const [value, path] of cases) expect(refusal(encoded(value)).path).to.equal(path);
  });
});
