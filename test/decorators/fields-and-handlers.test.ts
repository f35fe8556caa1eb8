import { expect } from 'chai';
import { actorMetadata, type OnOptions, type StateOptions } from '../../decorators/index.js';
import { Actor, ActorEvent, Every, On, State, type Duration } from '../../sdk/index.js';
import { refusal } from './refusal.js';

@ActorEvent('fields.rang') class Rang {}
@ActorEvent('fields.fell') class Fell {}

describe('@State', () => {
  const refused = (options: unknown) => refusal(() => {
    class Player { @State(options as StateOptions) hp = 1; }
    return Player;
  });

  it('refuses unknown options and bad values', () => {
    expect(refused({ lazy: true })).to.equal('@State on Player.hp: unknown option "lazy"; known options: save, upgrade');
    expect(refused({ save: 'later' })).to.equal(`@State on Player.hp: option "save" is "later"; expected 'lazy'`);
    expect(refused({ upgrade: 'v2' })).to.equal('@State on Player.hp: option "upgrade" is "v2"; expected a function: (saved) => value');
    expect(refused({ upgrade: async () => 1 })).to.equal('@State on Player.hp: option "upgrade" is an async function; '
      + 'expected one that returns the value itself: (saved) => value');
  });

  it('belongs on fields', () => {
    expect(refusal(() => {
      class Player { @State() move(): void {} }
      return Player;
    })).to.equal('@State on Player.move: it belongs on a field, not on a method');
    expect(refusal(() => {
      class Player { @State() get hp(): number { return 1; } }
      return Player;
    })).to.equal('@State on Player.hp: it belongs on a field, not on an accessor');
    expect(refusal(() => {
      class Player { @State() set hp(_value: number) {} }
      return Player;
    })).to.equal('@State on Player.hp: it belongs on a field, not on an accessor');
  });

  it('refuses names that storage could confuse', () => {
    expect(refusal(() => {
      class Player { @State() 'health:hp' = 1; }
      return Player;
    })).to.equal('@State on Player.health:hp: a saved field cannot have this name');
    expect(refusal(() => {
      class Player { @State() ['__proto__'] = 1; }
      return Player;
    })).to.equal('@State on Player.__proto__: a saved field cannot have this name');
  });

  it('does not hide a method', () => {
    class Base { @State() hp: unknown = 1; }
    class Derived extends Base {}
    Object.defineProperty(Derived.prototype, 'hp', { value: function hp() {} });
    expect(refusal(() => Actor()(Derived))).to.equal('method "hp" of class Derived has the name of a @State field; one of them would hide the other');
  });
});

describe('@Every', () => {
  it('refuses a bad period when the class loads', () => {
    for (const [period, shown] of [['soon', '"soon"'], [0, '0'], [-5, '-5'], [undefined, 'undefined']] as const) {
      expect(refusal(() => {
        class Player { @Every(period as Duration) tick(): void {} }
        return Player;
      })).to.equal(`@Every on Player.tick: ${shown} is not a duration; use milliseconds above 0 or '250ms' '2s' '15m' '1h' '7d'`);
    }
  });

  it('belongs on methods, once, and not on generators or hooks', () => {
    expect(refusal(() => {
      class Player {}
      (Every('1s') as (target: object, name: string) => void)(Player.prototype, 'tick');
    })).to.equal('@Every on Player.tick: it belongs on a method, not on a field');
    expect(refusal(() => {
      class Player { get tick(): number { return 1; } }
      (Every('1s') as (target: object, name: string) => void)(Player.prototype, 'tick');
    })).to.equal('@Every on Player.tick: it belongs on a method, not on an accessor');
    expect(refusal(() => {
      class Player { @Every('1s') @Every('2s') tick(): void {} }
      return Player;
    })).to.equal('@Every on Player.tick: the method has it already');
    expect(refusal(() => {
      @Actor() class Player { @Every('1s') *tick(): Generator { yield 1; } }
      return Player;
    })).to.equal('@Every on method "tick" of class Player: it is a generator');
    expect(refusal(() => {
      @Actor() class Player { @Every('1s') onActivate(): void {} }
      return Player;
    })).to.equal('@Every on method "onActivate" of class Player: it is a hook and cannot be called');
  });
});

describe('@On', () => {
  const refused = (event: unknown, options: unknown = { from: 'self' }) => refusal(() => {
    class Player { @On(event as typeof Rang, options as OnOptions) heard(): void {} }
    return Player;
  });

  it('may share a method, and keeps the order of the source', () => {
    @Actor() class Player {
      @On(Rang, { from: 'self' }) @On(Fell, { from: 'self' }) heard(): void {}
      @On(Rang, { from: 'self' }) rang(): void {}
    }
    expect(actorMetadata(Player)!.handlers.map(({ method, eventName }) => `${method} ${eventName}`))
      .to.deep.equal(['heard fields.rang', 'heard fields.fell', 'rang fields.rang']);
  });

  it('refuses what is no event class', () => {
    class Plain {}
    class Derived extends Rang {}
    expect(refused(Plain)).to.equal("@On on Player.heard: Plain is no event class; decorate it with @ActorEvent('name')");
    expect(refused(Derived)).to.equal('@On on Player.heard: Derived is no event class (its base class Rang has @ActorEvent, which is not inherited); '
      + "decorate it with @ActorEvent('name')");
    expect(refused('rang')).to.equal('@On on Player.heard: "rang" is no event class; decorate it with @ActorEvent(\'name\')');
    expect(refused(undefined)).to.equal('@On on Player.heard: the event class is undefined: its module has not loaded yet (circular import); '
      + 'move events to a module of their own');
  });

  it('refuses unknown options, bad values and what this version does not implement', () => {
    expect(refused(Rang, { once: true })).to.equal('@On on Player.heard: unknown option "once"; known options: from, order, attempts, backoff');
    expect(refused(Rang, { from: 'all' })).to.equal(`@On on Player.heard: option "from" is "all"; expected 'self'`);
    expect(refused(Rang, { order: 'loose' })).to.equal(`@On on Player.heard: option "order" is "loose"; expected 'strict', 'relaxed'`);
    for (const attempts of [0, 1.5, '3']) expect(refused(Rang, { attempts })).to.match(/^@On on Player\.heard: option "attempts" is .*; expected a whole number above 0$/);
    expect(refused(Rang, { backoff: 'soon' })).to.match(/^@On on Player\.heard: option "backoff": "soon" is not a duration/);
  });

  it('says how it is run again, by itself or for the own actor', () => {
    @Actor() class Player {
      @On(Rang, { attempts: 3, backoff: '1s', order: 'relaxed' }) heard(): void {}
      @On(Rang, { from: 'self' }) own(): void {}
    }
    expect(actorMetadata(Player)!.handlers.map(({ from, delivery }) => [from, delivery]))
      .to.deep.equal([[undefined, { attempts: 3, backoffMs: 1000, isStrict: false }], ['self', { attempts: 5, backoffMs: 100, isStrict: true }]]);
  });

  it('has one method per event of others: it is run again as a whole', () => {
    expect(refusal(() => {
      @Actor() class Player { @On(Rang) heard(): void {} @On(Rang) rang(): void {} }
      return Player;
    })).to.equal('method "rang" of class Player handles fields.rang, as "heard" does; let one of them call the other');
  });

  it('belongs on methods of its own, once per event', () => {
    expect(refusal(() => {
      class Player { @On(Rang, { from: 'self' }) @On(Rang, { from: 'self' }) heard(): void {} }
      return Player;
    })).to.equal('@On on Player.heard: the method handles fields.rang already');
    expect(refusal(() => {
      @Actor() class Player { @On(Rang, { from: 'self' }) @Every('1s') heard(): void {} }
      return Player;
    })).to.equal('method "heard" of class Player has both @Every and @On; give each a method of its own');
    expect(refusal(() => {
      @Actor() class Player { @On(Rang, { from: 'self' }) toString(): string { return ''; } }
      return Player;
    })).to.equal('@On on method "toString" of class Player: it has a name that JavaScript itself uses');
  });
});
