import 'reflect-metadata';
import { expect } from 'chai';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import { createCodec } from '../../protocol/codec/index.js';
import { registerSerializable } from '../../protocol/serializable-registry.js';
import { LIMITS } from './arbitraries.js';

const codec = createCodec();
const ways: Readonly<Record<string, <T>(value: T) => T>> = {
  'a copy': (value) => codec.copy(value, 'value'),
  'the wire': <T>(value: T) => codec.decode(codec.encode(value, 'value')) as T,
};
let constructed = 0;

/** Not registered: known by the @Type of members only. */
class Item {
  name = 'sword';
  @Exclude() price = 5;
  constructor() { constructed++; }
  describe(): string { return `a ${this.name}`; }
}
abstract class Pet { name = ''; }
class Cat extends Pet { lives = 9; }
class Dog extends Pet { loud = true; }

class Player {
  @Exclude() secret = 's3cret';
  @Exclude({ toPlainOnly: true }) cache = 'warm';
  @Expose({ name: 'displayName' }) name = 'ann';
  @Transform(({ value }: { value: number }) => value * 2, { toPlainOnly: true })
  @Transform(({ value, obj }: { value: number; obj: { displayName: string } }) => `${value} for ${obj.displayName}`, { toClassOnly: true })
  score: number | string = 21;
  @Type(() => Item) item = new Item();
  @Type(() => Item) bag = [new Item(), new Item()];
  @Type(() => Item) shelf = new Map([['top', new Item()]]);
  @Type(() => Item) pile = new Set([new Item()]);
  @Type(() => Date) born: Date | string = '2020-01-01T00:00:00.000Z';
  @Type(() => Pet, { discriminator: { property: 'kind', subTypes: [{ name: 'cat', value: Cat }, { name: 'dog', value: Dog }] } }) pets: Pet[] = [new Cat(), new Dog()];
  @Expose() get shout(): string { return this.name.toUpperCase(); }
  @Expose({ groups: ['admin'] }) forAdmins = 1;
  constructor() { constructed++; }
}
registerSerializable('transformer.player', Player);

@Exclude()
class Sealed {
  hidden = 1;
  @Expose() shown = 2;
}
registerSerializable('transformer.sealed', Sealed);

class Upgraded extends Player { @Exclude() tmp = 1; kept = 2; }
registerSerializable('transformer.upgraded', Upgraded);

class Picky {
  @Transform(({ value }: { value: unknown }) => { if (typeof value !== 'number') throw new Error('a number please'); return value; }, { toClassOnly: true }) n: unknown = 1;
}
registerSerializable('transformer.picky', Picky);

for (const [way, send] of Object.entries(ways)) {
  describe(`a class with class-transformer's decorators that travels as ${way}`, () => {
    it('leaves out what @Exclude names, and what a class-level @Exclude does not expose', () => {
      const sent = send(new Player());
      expect(sent).to.be.instanceOf(Player);
      expect(sent).to.not.have.any.keys('secret', 'cache', 'forAdmins');
      expect(send(new Sealed())).to.deep.equal(Object.assign(Object.create(Sealed.prototype) as Sealed, { shown: 2 }));
    });

    it('renames on the wire what @Expose names, and leaves getters to the class', () => {
      const sent = send(new Player());
      expect(sent.name).to.equal('ann');
      expect(sent).to.not.have.property('displayName');
      expect(Object.hasOwn(sent, 'shout')).to.equal(false);
      expect(sent.shout).to.equal('ANN');
    });

    it('applies @Transform in each direction, with the source at hand', () => {
      expect(send(new Player()).score).to.equal('42 for ann');
    });

    it('builds what @Type names: in members, arrays, Maps and Sets, by discriminator, basic types', () => {
      const sent = send(new Player());
      for (const item of [sent.item, sent.bag[1], sent.shelf.get('top'), [...sent.pile][0]]) {
        expect(item).to.be.instanceOf(Item).and.not.have.property('price');
        expect(item!.describe()).to.equal('a sword');
      }
      expect(sent.pets.map((pet) => pet.constructor)).to.deep.equal([Cat, Dog]);
      expect(sent.pets[0]).to.deep.equal(new Cat());
      expect(sent.born).to.deep.equal(new Date('2020-01-01T00:00:00.000Z'));
    });

    it('runs no constructor, of nested classes neither', () => {
      const player = new Player();
      const before = constructed;
      send(player);
      expect(constructed).to.equal(before);
    });

    it('keeps shared objects and cycles among its members', () => {
      const player = new Player();
      player.bag = [player.item, player.item];
      Object.assign(player, { self: player });
      const sent = send(player) as Player & { self: Player };
      expect(sent.bag[0]).to.equal(sent.item).and.equal(sent.bag[1]);
      expect(sent.self).to.equal(sent);
    });

    it('passes decorators on to subclasses', () => {
      const sent = send(new Upgraded());
      expect(sent).to.be.instanceOf(Upgraded).and.include({ kept: 2, score: '42 for ann' });
      expect(sent).to.not.have.any.keys('secret', 'tmp');
    });
  });
}

describe('a class with class-transformer\'s decorators', () => {
  it('is encoded the same again after it was decoded', () => {
    const sealed = codec.encode([new Sealed(), new Item()].slice(0, 1), 'value');
    expect(Buffer.compare(codec.encode(codec.decode(sealed), 'value'), sealed)).to.equal(0);
  });

  it('refuses an unregistered class where no @Type names it', () => {
    expect(() => codec.copy([new Item()], 'args')).to.throw(/^args\[0\]: Item cannot/);
    expect(() => codec.copy(Object.assign(new Player(), { item: new (class Gem extends Item {})() }), 'player')).to.throw(/^player\.item: Gem cannot/);
  });

  it('that refuses what it reads fails by the path: NotSerializableError for a copy, InvalidArgumentError for bytes', () => {
    const picky = [Object.assign(new Picky(), { n: 'text' })];
    expect(() => codec.copy(picky, 'args')).to.throw(/^args\[0\]: .*a number please/).with.property('code', 'ERR_NOT_SERIALIZABLE');
    const bytes = codec.encode(picky, 'args');
    expect(() => codec.decodeUntrusted(bytes, LIMITS, 'args')).to.throw(/^args\[0\]: .*a number please/).with.property('code', 'ERR_INVALID_ARGUMENT');
  });
});
