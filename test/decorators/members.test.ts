import { expect } from 'chai';
import { actorMetadata, DEFAULT_DELIVERY, RESERVED_NAMES, type ClassMetadata } from '../../decorators/index.js';
import { Actor, ActorEvent, Every, On, Public, ReadOnly, State } from '../../sdk/index.js';
import { refusal } from './refusal.js';

@ActorEvent('members.rang') class Rang {}

const methodsOf = (metadata: ClassMetadata): string[] => [...metadata.methods.keys()];

describe('callable methods', () => {
  it('are the public prototype methods, own and inherited', () => {
    abstract class Base { walk(): void {} }
    @Actor() class Npc extends Base {
      #secret(): number { return 1; }
      run(): number { return this.#secret(); }
      static make(): void {}
      arrow = (): void => {};
      get speed(): number { return 1; }
      set speed(_value: number) {}
      [Symbol.iterator](): void {}
    }
    expect(methodsOf(actorMetadata(Npc)!)).to.deep.equal(['walk', 'run']);
  });

  it('are neither hooks, handlers, timers, generators nor names of Object.prototype', () => {
    @Actor() class Npc {
      onActivate(): void {}
      onDeactivate(): void {}
      canMove(): boolean { return true; }
      onDrain(): void {}
      @On(Rang, { from: 'self' }) heard(): void {}
      @Every('1s') tick(): void {}
      *count(): Generator<number> { yield 1; }
      async *stream(): AsyncGenerator<number> { yield 1; }
      toString(): string { return 'npc'; }
      valueOf(): object { return this; }
      toJSON(): string { return ''; }
      __defineGetter__(): void {}
      walk(): void {}
    }
    const metadata = actorMetadata(Npc)!;
    expect(methodsOf(metadata)).to.deep.equal(['walk']);
    expect([...metadata.hooks]).to.deep.equal(['onActivate', 'onDeactivate', 'canMove', 'onDrain']);
    expect(metadata.timers).to.deep.equal([{ method: 'tick', periodMs: 1000 }]);
    expect(metadata.handlers).to.deep.equal([{ method: 'heard', event: Rang, eventName: 'members.rang', from: 'self', delivery: DEFAULT_DELIVERY }]);
  });

  it('do not run accessors when the class loads', () => {
    @Actor() class Npc { get bomb(): never { throw new Error('ran'); } }
    expect(methodsOf(actorMetadata(Npc)!)).to.deep.equal([]);
  });

  it('cannot have a name that belongs to handles, inherited or not', () => {
    const list = 'id, with, tell, oneWay, send, bind, unbind, on, equals, getComponent, findComponent, manage, then';
    for (const name of RESERVED_NAMES) {
      expect(refusal(() => {
        @Actor() class Player { [name](): void {} }
        return Player;
      })).to.equal(`method "${name}" of class Player: the name is reserved for handles (${list}); choose another`);
    }
    class Emitter { on(): void {} }
    expect(refusal(() => {
      @Actor() class Player extends Emitter {}
      return Player;
    })).to.equal(`method "on" of class Player (inherited from Emitter): the name is reserved for handles (${list}); choose another`);
  });

  it('leave reserved names free for fields, accessors and static methods', () => {
    @Actor() class Player {
      @State() id = 'x';
      get manage(): number { return 1; }
      static with(): void {}
    }
    expect([...actorMetadata(Player)!.state.keys()]).to.deep.equal(['id']);
  });

  it('are told apart by how many arguments they take', () => {
    @Actor() class Npc {
      none(): void {}
      two(_a: number, _b?: number): void {}
      defaults(_a: number, _b = 1): void {}
      rest(_a: number, ..._b: number[]): void {}
    }
    const { methods } = actorMetadata(Npc)!;
    expect(methods.get('none')).to.include({ name: 'none', minArity: 0, maxArity: 0 });
    expect(methods.get('two')).to.include({ minArity: 2, maxArity: 2 });
    expect(methods.get('defaults')).to.include({ minArity: 1, maxArity: 2 });
    expect(methods.get('rest')).to.include({ minArity: 1, maxArity: Infinity });
  });
});

describe('inherited members', () => {
  abstract class Base {
    @State() hp = 1;
    @State() gold = 1;
    @Public() @ReadOnly() look(): void {}
    @Public() @ReadOnly() peek(): void {}
    @Every('1s') tick(): void {}
    @Every('2s') tock(): void {}
    @On(Rang, { from: 'self' }) heard(): void {}
    walk(): void {}
    onActivate(): void {}
  }

  it('keep their decorators', () => {
    @Actor() class Npc extends Base {}
    const metadata = actorMetadata(Npc)!;
    expect(metadata.methods.get('look')).to.deep.include({ readOnly: true, public: { for: 'default', args: undefined } });
    expect(metadata.timers.map(({ method }) => method)).to.deep.equal(['tick', 'tock']);
    expect(metadata.handlers).to.have.length(1);
    expect([...metadata.state.keys()]).to.deep.equal(['hp', 'gold']);
    expect([...metadata.hooks]).to.deep.equal(['onActivate']);
  });

  it('lose them when an override does not repeat them', () => {
    @Actor() class Npc extends Base {
      override look(): void {}
      @Public() override peek(): void {}
      override tick(): void {}
      @Every('5s') override tock(): void {}
      override heard(): void {}
    }
    const metadata = actorMetadata(Npc)!;
    expect(metadata.methods.get('look')).to.include({ readOnly: false, public: undefined });
    expect(metadata.methods.get('peek')).to.deep.include({ readOnly: false, public: { for: 'default', args: undefined } });
    expect(metadata.timers).to.deep.equal([{ method: 'tock', periodMs: 5000 }]);
    expect(metadata.handlers).to.deep.equal([]);
    expect(methodsOf(metadata)).to.include.members(['tick', 'heard']);
  });

  it('do not leak from a subclass into its base class or its siblings', () => {
    class Shared { walk(): void {} }
    @Actor() class Open extends Shared { @State() x = 1; @Public() override walk(): void {} }
    @Actor() class Closed extends Shared {}
    expect(actorMetadata(Open)!.methods.get('walk')!.public).not.to.equal(undefined);
    expect(actorMetadata(Closed)!.methods.get('walk')!.public).to.equal(undefined);
    expect(actorMetadata(Closed)!.state.size).to.equal(0);
  });

  it('take the nearest declaration of a saved field', () => {
    @Actor() class Npc extends Base { @State({ save: 'lazy' }) override hp = 2; }
    expect(actorMetadata(Npc)!.state.get('hp')).to.deep.equal({ name: 'hp', lazy: true });
    expect(actorMetadata(Npc)!.state.get('gold')).to.deep.equal({ name: 'gold', lazy: false });
  });

  it('stop being callable when an accessor overrides them', () => {
    @Actor() class Npc extends Base {}
    Object.defineProperty(Npc.prototype, 'late', { value: () => 1 });
    class Hidden extends Npc {}
    Object.defineProperty(Hidden.prototype, 'walk', { get: () => 1 });
    Actor()(Hidden);
    expect(methodsOf(actorMetadata(Hidden)!)).not.to.include('walk');
    expect(methodsOf(actorMetadata(Npc)!)).not.to.include('late');
  });
});
