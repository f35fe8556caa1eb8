import { expect } from 'chai';
import { actorMetadata, componentMetadata, type ActorOptions } from '../../decorators/index.js';
import { Actor, Component } from '../../sdk/index.js';
import { refusal } from './refusal.js';

function refused(options: unknown): string {
  return refusal(() => {
    @Actor(options as ActorOptions) class Player {}
    return Player;
  });
}

describe('@Actor', () => {
  it('takes the class name and the documented defaults when no option is given', () => {
    @Actor() class Npc {}
    expect(actorMetadata(Npc)).to.include({
      kind: 'actor', name: 'Npc', target: Npc, idleAfterMs: 900_000, alwaysOn: false, mailboxLimit: 10_000, placement: undefined, isolation: 'inline',
    });
    expect(actorMetadata(Npc)!.components()).to.deep.equal([]);
  });

  it('keeps every option', () => {
    @Actor({
      name: 'npc', idleAfter: 'never', alwaysOn: true, mailboxLimit: 5, placement: 'hash', isolation: 'worker', reentrancy: 'chain', persistence: 'turn',
    }) class Npc {}
    expect(actorMetadata(Npc)).to.deep.include({
      name: 'npc', idleAfterMs: Infinity, alwaysOn: true, mailboxLimit: 5, placement: { policy: 'hash', options: {} }, isolation: 'worker',
    });
  });

  it('hands a placement policy its own options', () => {
    @Actor({ placement: { policy: 'zone', prefer: 'a' } }) class Npc {}
    expect(actorMetadata(Npc)!.placement).to.deep.equal({ policy: 'zone', options: { prefer: 'a' } });
  });

  it('hands out the same frozen metadata every time', () => {
    @Actor({ placement: 'hash' }) class Npc { walk(): void {} }
    const metadata = actorMetadata(Npc)!;
    expect(actorMetadata(Npc)).to.equal(metadata);
    for (const part of [metadata, metadata.placement, metadata.placement!.options, metadata.timers, metadata.handlers, metadata.methods, metadata.hooks,
      metadata.methods.get('walk'), metadata.components()]) expect(part).to.be.frozen;
    expect(() => (metadata.methods as Map<string, unknown>).set('x', {})).to.throw(TypeError, 'class metadata is read-only');
    expect(() => (metadata.hooks as Set<string>).add('x')).to.throw(TypeError, 'class metadata is read-only');
  });

  it('is not inherited', () => {
    @Actor() class Base {}
    class Derived extends Base {}
    expect(actorMetadata(Derived)).to.equal(undefined);
    expect(componentMetadata(Base)).to.equal(undefined);
    expect(actorMetadata(undefined)).to.equal(undefined);
    expect(actorMetadata({})).to.equal(undefined);
  });

  it('lets a subclass be an actor type of its own', () => {
    @Actor({ name: 'base', mailboxLimit: 3 }) class Base {}
    @Actor({ name: 'derived' }) class Derived extends Base {}
    expect(actorMetadata(Derived)).to.include({ name: 'derived', mailboxLimit: 10_000 });
    expect(actorMetadata(Base)).to.include({ name: 'base', mailboxLimit: 3 });
  });

  it('names an unknown option and the known ones', () => {
    expect(refused({ colour: 'red' })).to.equal('@Actor on class Player: unknown option "colour"; known options: '
      + 'name, components, placement, idleAfter, alwaysOn, reentrancy, isolation, persistence, mailboxLimit');
    expect(refused({ colour: undefined })).to.contain('unknown option "colour"');
    expect(refused(7)).to.equal('@Actor on class Player: expected an options object, got 7');
    expect(refused(null)).to.equal('@Actor on class Player: expected an options object, got null');
    expect(refused([])).to.equal('@Actor on class Player: expected an options object, got an array');
  });

  it('names options that this version does not implement', () => {
    for (const [key, value] of [['weight', 2], ['version', '1.0.0'], ['pinned', true]] as const) {
      expect(refused({ [key]: value })).to.equal(`@Actor on class Player: option "${key}" is not implemented in this version`);
    }
  });

  it('says how turns follow each other and when they save', () => {
    @Actor({ reentrancy: 'all', persistence: 'manual' }) class Busy {}
    @Actor() class Plain {}
    expect(actorMetadata(Busy)).to.include({ reentrancy: 'all', persistence: 'manual' });
    expect(actorMetadata(Plain)).to.include({ reentrancy: 'chain', persistence: 'turn' });
  });

  it('takes an option that is undefined as absent', () => {
    @Actor({ weight: undefined, idleAfter: undefined, reentrancy: undefined }) class Npc {}
    expect(actorMetadata(Npc)!.idleAfterMs).to.equal(900_000);
  });

  it('refuses bad values, saying what was expected', () => {
    const start = '@Actor on class Player: option ';
    const name = 'is not a name; expected a letter or _, then letters, digits, _ . or -, at most 64 in all';
    expect(refused({ name: 'a b' })).to.equal(`${start}"name": "a b" ${name}`);
    expect(refused({ name: '' })).to.equal(`${start}"name": "" ${name}`);
    expect(refused({ idleAfter: '5 minutes' })).to.equal(`${start}"idleAfter": "5 minutes" is not a duration; use milliseconds above 0 or '250ms' '2s' '15m' '1h' '7d'`);
    expect(refused({ alwaysOn: 'yes' })).to.equal(`${start}"alwaysOn" is "yes"; expected true or false`);
    for (const limit of [0, -1, 1.5, NaN, Infinity]) {
      expect(refused({ mailboxLimit: limit })).to.equal(`${start}"mailboxLimit" is ${limit}; expected a whole number above 0`);
    }
    expect(refused({ mailboxLimit: '5' })).to.equal(`${start}"mailboxLimit" is "5"; expected a whole number above 0`);
    expect(refused({ placement: 5 })).to.equal(`${start}"placement" is 5; expected a policy's name or { policy, ...options }`);
    expect(refused({ placement: { prefer: 'a' } })).to.equal(`${start}"placement.policy": undefined ${name}`);
    expect(refused({ isolation: 'dedicated' })).to.equal(`${start}"isolation" is "dedicated"; expected 'inline', 'worker'`);
    expect(refused({ reentrancy: 'maybe' })).to.equal(`${start}"reentrancy" is "maybe"; expected 'chain', 'all', 'none'`);
    expect(refused({ persistence: 'never' })).to.equal(`${start}"persistence" is "never"; expected 'turn', 'lazy', 'manual'`);
  });

  it('asks for a name where the class has none', () => {
    expect(refusal(() => Actor()(class {}))).to.equal('@Actor on class (without a name): a class without a name needs the option "name"');
    expect(() => Actor({ name: 'nameless' })(class {})).not.to.throw();
  });

  it('stands once on a class, and not beside another class decorator', () => {
    expect(refusal(() => {
      @Actor() @Actor() class Player {}
      return Player;
    })).to.equal('@Actor on class Player: the class has it already');
    expect(refusal(() => {
      @Actor() @Component() class Player {}
      return Player;
    })).to.equal('@Actor on class Player: the class is an @Component already; a class has one of them');
  });
});
