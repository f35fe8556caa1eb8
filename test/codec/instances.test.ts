import { expect } from 'chai';
import { createCodec } from '../../protocol/codec/index.js';
import { registerSerializable } from '../../protocol/serializable-registry.js';
import { Vec2 } from './arbitraries.js';

const codec = createCodec();
const ways: Readonly<Record<string, <T>(value: T) => T>> = {
  'a copy': (value) => codec.copy(value, 'value'),
  'the wire': <T>(value: T) => codec.decode(codec.encode(value, 'value')) as T,
};

class Entity {
  id = 1;
  position = new Vec2(1, 2);
  parts = new Map([['head', new Vec2(3, 4)]]);
  get label(): string { return `#${this.id}`; }
}
class Boss extends Entity {
  rage: bigint = 5n;
  when = new Date(7);
  nothing = undefined;
}
class Fault extends Error {
  constructor(message: string, readonly reason: string, readonly at?: Vec2) {
    super(message);
    this.name = 'Fault';
  }
}
class Guarded {
  private stored = 1;
  set level(_value: number) { throw new Error('a setter ran'); }
  get level(): number { return this.stored; }
}
for (const [name, Class] of Object.entries({ Entity, Boss, Fault, Guarded })) registerSerializable(`instances.${name}`, Class);

for (const [way, send] of Object.entries(ways)) {
  describe(`an instance that travels as ${way}`, () => {
    it('arrives as an instance of its exact class, fields and all', () => {
      const sent = send(new Boss());
      expect(Object.getPrototypeOf(sent)).to.equal(Boss.prototype);
      expect(sent).to.deep.equal(new Boss());
      expect(Object.keys(sent)).to.deep.equal(Object.keys(new Boss()));
      expect(sent.label).to.equal('#1');
      expect(sent.parts.get('head')).to.be.instanceOf(Vec2);
    });

    it('is restored without running a constructor', () => {
      const vec = [new Vec2(1, 2), new Map([[1, new Vec2(3, 4)]])];
      const before = Vec2.constructed;
      send(vec);
      expect(Vec2.constructed).to.equal(before);
    });

    it('is one object where it occurs twice, and may hold itself', () => {
      const vec = new Vec2(1);
      vec.y = [vec];
      const [first, second] = send<[Vec2, Vec2]>([vec, vec]);
      expect(first).to.equal(second);
      expect((first.y as unknown[])[0]).to.equal(first);
    });

    it('keeps own fields of names that its class inherits, and runs no setter', () => {
      const guarded = new Guarded();
      Object.defineProperty(guarded, 'level', { value: 9, enumerable: true });
      Object.defineProperty(guarded, 'toString', { value: 'text', enumerable: true });
      const sent = send(guarded);
      expect(sent).to.be.instanceOf(Guarded);
      expect([sent.level, sent.toString]).to.deep.equal([9, 'text']);
    });

    it('may be an error of a class of its own', () => {
      const error = new Fault('broken', 'wear', new Vec2(1, 2));
      const sent = send(error);
      expect(sent).to.be.instanceOf(Fault).and.to.be.instanceOf(Error);
      expect(Object.prototype.toString.call(sent)).to.equal('[object Error]');
      expect(sent).to.include({ name: 'Fault', message: 'broken', reason: 'wear', stack: error.stack });
      expect(sent.at).to.be.instanceOf(Vec2);
      expect(Object.keys(sent)).to.not.include('message').and.not.include('stack');
    });
  });
}

describe('an instance of a class that the receiver has not imported', () => {
  it('arrives as a plain object of its fields', () => {
    // The same node under a name that nobody has registered.
    const text = Buffer.from(codec.encode({ at: new Vec2(1, [new Vec2(2, 3)]) }, 'value')).toString('latin1').replaceAll('arbitrary.vec2', 'arbitrary.vec3');
    expect(codec.decode(Buffer.from(text, 'latin1'))).to.deep.equal({ at: { x: 1, y: [{ x: 2, y: 3 }] } });
  });

  it('is told to whoever asks, with its name and place', () => {
    const text = Buffer.from(codec.encode({ at: new Vec2(1, [new Vec2(2, 3)]) }, 'value')).toString('latin1').replaceAll('arbitrary.vec2', 'arbitrary.vec3');
    const told: string[] = [];
    const value = codec.decode(Buffer.from(text, 'latin1'), { root: 'Player.home', onUnknownClass: (name, path) => told.push(`${path}: ${name}`) });
    expect(value).to.deep.equal({ at: { x: 1, y: [{ x: 2, y: 3 }] } });
    expect(told).to.deep.equal(['Player.home.at: arbitrary.vec3', 'Player.home.at.y[0]: arbitrary.vec3']);
  });
});
