import { expect } from 'chai';
import { serializableClass, serializableName } from '../../protocol/serializable-registry.js';
import { eventMetadata, eventMetadataByName } from '../../decorators/index.js';
import { Actor, ActorEvent, Component, Public, Serializable, type PublicOptions } from '../../sdk/index.js';
import { refusal } from './refusal.js';

describe('@ActorEvent', () => {
  it('makes a class of events that is found by its wire name', () => {
    @ActorEvent('events.died') class Died {}
    expect(eventMetadata(Died)).to.deep.equal({ name: 'events.died', target: Died, public: undefined });
    expect(eventMetadata(Died)).to.be.frozen;
    expect(eventMetadataByName('events.died')).to.equal(eventMetadata(Died));
    expect(serializableName(Died)).to.equal('events.died');
    expect(eventMetadataByName('events.unheard')).to.equal(undefined);
  });

  it('is opened by @Public in either order', () => {
    @Public() @ActorEvent('events.above') class Above {}
    @ActorEvent('events.below') @Public({ for: ['admin'] }) class Below {}
    expect(eventMetadata(Above)!.public).to.deep.equal({ for: 'default' });
    expect(eventMetadata(Below)!.public).to.deep.equal({ for: ['admin'] });
    expect(eventMetadataByName('events.above')).to.equal(eventMetadata(Above));
    expect(eventMetadata(Above)).to.be.frozen;
  });

  it('is not inherited, and neither is @Public', () => {
    @Public() @ActorEvent('events.base') class Base {}
    class Plain extends Base {}
    @ActorEvent('events.derived') class Derived extends Base {}
    expect(eventMetadata(Plain)).to.equal(undefined);
    expect(eventMetadata(Derived)!.public).to.equal(undefined);
  });

  it('refuses a bad or missing name', () => {
    expect(refusal(() => {
      @ActorEvent('a b') class Died {}
      return Died;
    })).to.equal('@ActorEvent on class Died: "a b" is not a name; expected a letter or _, then letters, digits, _ . or -, at most 64 in all');
    expect(refusal(() => (ActorEvent as unknown as () => (target: object) => void)()(class Died {})))
      .to.contain('@ActorEvent on class Died: undefined is not a name');
  });

  it('refuses @Public options that belong on methods or nowhere', () => {
    const refused = (options: unknown) => refusal(() => {
      @Public(options as PublicOptions) class Died {}
      return Died;
    });
    expect(refused({ args: [] })).to.equal('@Public on class Died: unknown option "args"; known options: for');
    expect(refused({ for: 'all' })).to.equal(`@Public on class Died: option "for" is "all"; expected 'self', 'any' or an array of roles`);
    expect(refusal(() => {
      @Public() @Public() class Died {}
      return Died;
    })).to.equal('@Public on class Died: the class has it already');
  });

  it('is what @Public wants of a class', () => {
    const message = (kind: string) => `@Public on class Player: it opens methods and @ActorEvent classes, not an @${kind} class`;
    expect(refusal(() => {
      @Public() @Actor() class Player {}
      return Player;
    })).to.equal(message('Actor'));
    expect(refusal(() => {
      @Actor() @Public() class Player {}
      return Player;
    })).to.equal(message('Actor'));
    expect(refusal(() => {
      @Component() @Public() class Player {}
      return Player;
    })).to.equal(message('Component'));
    expect(refusal(() => {
      @Public() @Serializable('events.player') class Player {}
      return Player;
    })).to.equal(message('Serializable'));
  });
});

describe('@Serializable', () => {
  it('registers the class under its wire name, and makes no event of it', () => {
    @Serializable('events.vec2') class Vec2 {}
    expect(serializableClass('events.vec2')).to.equal(Vec2);
    expect(serializableName(Vec2)).to.equal('events.vec2');
    expect(eventMetadataByName('events.vec2')).to.equal(undefined);
  });

  it('refuses a bad name, a taken name and a second decorator', () => {
    expect(refusal(() => {
      @Serializable('') class Vec2 {}
      return Vec2;
    })).to.contain('@Serializable on class Vec2: "" is not a name');
    @Serializable('events.taken') class First {}
    expect(serializableClass('events.taken')).to.equal(First);
    expect(refusal(() => {
      @ActorEvent('events.taken') class Second {}
      return Second;
    })).to.contain('events.taken');
    expect(refusal(() => {
      @Serializable('events.twice') @ActorEvent('events.once') class Vec2 {}
      return Vec2;
    })).to.equal('@Serializable on class Vec2: the class is an @ActorEvent already; a class has one of them');
  });
});
