import { expect } from 'chai';
import { createCodec } from '../../protocol/codec/index.js';
import { NotSerializableError } from '../../protocol/errors/index.js';
import { registerSerializable } from '../../protocol/serializable-registry.js';

const codec = createCodec();

class Socket {}
class Base { a = 1; }
class Derived extends Base {}
class Bag extends Map<string, number> {}
registerSerializable('refusals.base', Base);
registerSerializable('refusals.bag', Bag);

function refusal(value: unknown): NotSerializableError {
  const errors = [() => codec.copy(value, 'args'), () => codec.encode(value, 'args')].map((run) => {
    try {
      run();
    } catch (error) {
      expect(error).to.be.instanceOf(NotSerializableError);
      return error as NotSerializableError;
    }
    throw new Error('nothing was refused');
  });
  expect(errors[0]!.message).to.equal(errors[1]!.message);
  return errors[0]!;
}

describe('a value that cannot travel', () => {
  it('is refused by the path to it and its class', () => {
    const error = refusal([{ owner: new Socket() }]);
    expect(error.message).to.match(/^args\[0\]\.owner: Socket cannot be copied or sent; mark the class @Serializable/);
    expect(error.path).to.equal('args[0].owner');
  });

  it('is found wherever it hides', () => {
    const symbol = Symbol('id');
    const cases: [unknown, string][] = [
      [() => 1, 'args'],
      [[symbol], 'args[0]'],
      [{ 'odd key': [1, () => 1] }, 'args["odd key"][1]'],
      [new Map<unknown, unknown>([['hp', 1], ['owner', new Socket()]]), 'args.get("owner")'],
      [new Map<unknown, unknown>([[new Socket(), 1]]), 'args.keys()[0]'],
      [new Map<unknown, unknown>([[{}, new Socket()]]), 'args.values()[0]'],
      [new Set<unknown>([1, new Socket()]), 'args.values()[1]'],
      [[, new Socket()], 'args[1]'],  
      [Object.assign(new Base(), { a: symbol }), 'args.a'],
      [Object.assign(new Error('x'), { socket: new Socket() }), 'args.socket'],
      [new Error('x', { cause: [new Socket()] }), 'args.cause[0]'],
      [JSON.parse('{"__proto__":1}', (_, value: unknown) => (value === 1 ? new Socket() : value)), 'args.__proto__'],
    ];
    for (const [value, path] of cases) expect(refusal(value).path).to.equal(path);
  });

  it('gets advice: await a promise, register the subclass, hold the Map', () => {
    expect(refusal([Promise.resolve(1)]).message).to.equal('args[0]: Promise cannot be copied or sent; await it, and pass its result');
    expect(refusal(new Derived()).message).to.equal('args: Derived cannot be copied or sent; its base class Base is @Serializable, but it is not itself');
    expect(refusal(new Bag()).message).to.contain('extends Map');
    expect(refusal({ onHit() {} }).message).to.match(/^args\.onHit: function onHit cannot/);
    expect(refusal(Symbol('id')).message).to.match(/^args: Symbol\(id\) cannot/);
  });

  it('may also be an instance of a class that JavaScript has and no codec carries', () => {
    for (const value of [new WeakMap(), new URL('troupe://x'), Object(1), new SharedArrayBuffer(1), (function* () {})(), new (class {})(), Object.create(new Base()), new (class List extends Array {})()]) refusal(value);
  });

  it('may also be a value whose reading throws; the cause says why', () => {
    const cause = new Error('not now');
    const error = refusal([{ get x() { throw cause; } }]);
    expect(error.path).to.equal('args[0]');
    expect(error.cause).to.equal(cause);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(refusal({ a: proxy }).path).to.equal('args.a');
  });

  it('may also be nested too deeply, whatever the stack would bear', () => {
    const nest = (levels: number): unknown => { let value: unknown = 1; while (levels-- > 0) value = [value]; return value; };
    expect(refusal(nest(501)).message).to.match(/^args\[0\].*nested deeper than 500 levels/);
    expect(refusal(nest(200_000)).message).to.contain('nested deeper');
    expect(codec.decode(codec.encode(nest(500), 'args'))).to.deep.equal(codec.copy(nest(500), 'args'));
  });
});
