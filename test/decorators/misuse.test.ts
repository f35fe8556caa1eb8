import { expect } from 'chai';
import { transform } from 'esbuild';
import * as troupe from '../../sdk/index.js';
import { Actor, ActorEvent, Component, Delivery, Every, Interleave, On, OnReminder, Public, ReadOnly, Serializable, Service, State } from '../../sdk/index.js';
import { refusal } from './refusal.js';

type Loose = (...args: unknown[]) => (...applied: unknown[]) => unknown;
const loose = (decorator: unknown): Loose => decorator as Loose;

@ActorEvent('misuse.rang') class Rang {}
const CLASS_DECORATORS = { Actor: loose(Actor)({ name: 'misuse' }), Component: loose(Component)(), Service: loose(Service)(), ActorEvent: loose(ActorEvent)('misuse.a'), Serializable: loose(Serializable)('misuse.b') };
const MEMBER_DECORATORS = { State: loose(State)(), Public: loose(Public)(), ReadOnly: loose(ReadOnly)(), Every: loose(Every)('1s'), Interleave: loose(Interleave)(), Delivery: loose(Delivery)({}), On: loose(On)(Rang, { from: 'self' }) };

describe('a decorator that is used wrongly', () => {
  it('asks for experimentalDecorators when it is called as a standard decorator', () => {
    const advice = 'was called as a standard decorator; set "experimentalDecorators": true in the "compilerOptions" of tsconfig.json';
    for (const [name, decorate] of Object.entries({ ...CLASS_DECORATORS, ...MEMBER_DECORATORS })) {
      for (const kind of ['class', 'method', 'field']) {
        expect(refusal(() => decorate(class Player {}, { kind, name: 'x' }))).to.equal(`@${name} on ${kind} "x" ${advice}`);
        expect(refusal(() => decorate(undefined, { kind, name: undefined }))).to.equal(`@${name} ${advice}`);
      }
    }
  });

  for (const [name, source] of Object.entries({
    Actor: '@Actor() class Player {}',
    Public: 'class Player { @Public() move() {} }',
    State: 'class Player { @State() hp = 1 }',
    ActorEvent: "@ActorEvent('misuse.standard') class Player {}",
  })) {
    it(`asks for experimentalDecorators in code that a compiler made of @${name} without it`, async () => {
      const { code } = await transform(source, { loader: 'ts', target: 'es2022', tsconfigRaw: { compilerOptions: { experimentalDecorators: false } } });
      const run = new Function(name, code) as (decorator: unknown) => void;
      expect(refusal(() => run((troupe as Readonly<Record<string, unknown>>)[name]))).to.contain('set "experimentalDecorators": true');
    });
  }

  it('asks for its parentheses', () => {
    class Player { move(): void {} }
    const descriptor = Object.getOwnPropertyDescriptor(Player.prototype, 'move');
    for (const [name, decorator] of Object.entries({ Actor, Component, ActorEvent, Serializable, Public })) {
      expect(refusal(() => loose(decorator)(Player))).to.equal(`@${name} needs parentheses: write @${name}(...) with options or @${name}()`);
    }
    for (const [name, decorator] of Object.entries({ State, Public, ReadOnly, Every })) {
      expect(refusal(() => loose(decorator)(Player.prototype, 'move', descriptor)))
        .to.equal(`@${name} needs parentheses: write @${name}(...) with options or @${name}()`);
    }
  });

  it('says on what it belongs', () => {
    class Player { move(): void {} }
    const method = [Player.prototype, 'move', Object.getOwnPropertyDescriptor(Player.prototype, 'move')];
    for (const [name, decorate] of Object.entries(CLASS_DECORATORS)) {
      expect(refusal(() => decorate(...method))).to.equal(`@${name} belongs on a class, not on the member Player.move`);
    }
    for (const [name, decorate] of Object.entries(MEMBER_DECORATORS)) {
      if (name !== 'Public') expect(refusal(() => decorate(Player))).to.equal(`@${name} belongs on a member, not on the class Player`);
    }
    expect(refusal(() => MEMBER_DECORATORS.Public(Player.prototype, 'hp', undefined))).to.equal('@Public on Player.hp: it belongs on a method, not on a field');
  });

  it('refuses static members and symbols', () => {
    class Player { static move(): void {} [Symbol.iterator](): void {} }
    for (const [name, decorate] of Object.entries(MEMBER_DECORATORS)) {
      expect(refusal(() => decorate(Player, 'move', Object.getOwnPropertyDescriptor(Player, 'move'))))
        .to.equal(`@${name} on Player.move: static members cannot be decorated`);
      expect(refusal(() => decorate(Player.prototype, Symbol.iterator, {})))
        .to.equal(`@${name} on Player.Symbol(Symbol.iterator): members named by a symbol cannot be decorated`);
    }
  });

  it('says what names of reminders are, and that each has one method', () => {
    expect(refusal(() => { class A { @OnReminder('') due(): void {} } return A; })).to.equal('@OnReminder on A.due: "" is no name of a reminder; expected text of 1 to 256 characters');
    expect(refusal(() => { @Actor() class A { @OnReminder('rent') due(): void {} @OnReminder('rent') late(): void {} } return A; })).to.equal('method "late" of class A has @OnReminder(\'rent\'), as "due" has; let one of them call the other');
    expect(refusal(() => { @Actor() class A { @OnReminder('rent') @Every('1s') due(): void {} } return A; })).to.equal('method "due" of class A has both @Every and @OnReminder; give each a method of its own');
  });
});
