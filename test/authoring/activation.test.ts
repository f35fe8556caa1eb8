// What is only found when an actor wakes, or when a silo starts: functions in fields, and hooks with a slip in their name.
import { expect } from 'chai';
import { Actor, ActivationFailedError, ActorEvent, Component, ConfigurationError, On, Public, State, type ActorContext } from '../../sdk/index.js';
import { failure, memorySilo } from '../support/memory-silo.js';

class Base { inherited = (): number => 1; }
@Actor({ name: 'woken-arrow' }) class Arrow { move = (): number => 1; ping(): number { return 1; } }
@Actor({ name: 'woken-async' }) class AsyncArrow { move = async (): Promise<number> => 1; ping(): number { return 1; } }
@Actor({ name: 'woken-base' }) class FromBase extends Base { ping(): number { return 1; } }
@Actor({ name: 'woken-hook' }) class Hook { onActivate = async (): Promise<void> => {}; ping(): number { return 1; } }
@Actor({ name: 'woken-class' }) class Holder { readonly Kind = Base; ping(): number { return 1; } }
@Actor({ name: 'woken-state' }) class StateFunction { @State() callback = (): number => 1; ping(): number { return 1; } }
@Actor({ name: 'woken-bound' }) class Bound {
  constructor(_ctx: ActorContext<Bound>) { this.ping = this.ping.bind(this); }
  ping(): number { return 1; }
}
@Component({ name: 'part', isolation: 'inline' }) class Part { turn = (): void => {}; }
@Actor({ name: 'woken-part', components: [Part] }) class Whole { ping(): number { return 1; } }
@Actor({ name: 'woken-later' }) class Later {
  @State() callback: unknown = null;
  ping(): number { return 1; }
  set(): void { this.callback = () => 1; }
}

type Pinged = new (ctx: never) => { ping(): number };

describe('what newcomers are told when an actor wakes:', () => {
  const fields: Readonly<Record<string, readonly [Class: Pinged, message: string]>> = {
    'an arrow-function field': [Arrow, 'Arrow.move is an arrow-function field; make it a method: `move(…) { … }`'],
    'an async arrow-function field': [AsyncArrow, 'AsyncArrow.move is an arrow-function field; make it a method: `move(…) { … }`'],
    'an arrow-function field of a base class': [FromBase, 'FromBase.inherited is an arrow-function field; make it a method: `inherited(…) { … }`'],
    'a hook that is an arrow-function field': [Hook, 'Hook.onActivate is an arrow-function field; make it a method: `onActivate(…) { … }`'],
    'a field that holds a class': [Holder, 'Holder.Kind is a field that holds a function; make it a method: `Kind(…) { … }`'],
    'an arrow-function field of a component': [Whole, 'Part.turn is an arrow-function field; make it a method: `turn(…) { … }`'],
    'a function that is to be saved': [StateFunction, 'StateFunction.callback is a @State field that holds a function, which cannot be saved; save data, or make it a method'],
    'a method that is bound': [Bound, 'Bound.ping is a method that the constructor replaces by a function; leave that out: methods run with their own `this`'],
  };
  for (const [title, [Class, message]] of Object.entries(fields)) {
    it(title, async () => {
      const { actor, runtime } = memorySilo([Class]);
      const error = await failure((actor(Class, 'x') as { ping(): Promise<number> }).ping());
      expect(error).to.be.instanceOf(ActivationFailedError);
      expect(error.cause).to.be.instanceOf(ConfigurationError);
      expect((error.cause as Error).message).to.equal(message);
      expect(error.message).to.match(/^woken-\w+\/x could not be activated: /).and.to.contain(message);
      await runtime.stop();
    });
  }

  it('a function that a method puts in a saved field', async () => {
    const { actor, runtime } = memorySilo([Later]);
    const later = actor(Later, 'x');
    expect((await failure(later.set())).message).to.equal('Later.callback: function (anonymous) cannot be copied or sent; pass data, or a handle to an actor that has the method');
    expect(await later.ping()).to.equal(1);
    await runtime.stop();
  });
});

@ActorEvent('woken-connected') class Connected {}

describe('a method that is called nearly as a hook is', () => {
  const warned = async (Class: object): Promise<unknown> => {
    const { log, runtime } = memorySilo([Class]);
    await runtime.stop();
    return log.lines.filter(({ level }) => level === 'warn').map(({ fields, message }) => ({ fields, message }));
  };

  it('is told once, when the silo starts, with the hook that was meant', async () => {
    @Component({ name: 'slips', isolation: 'inline' }) class Slips { OnDeactivate(): void {} onDisconect(): void {} }
    @Actor({ name: 'woken-slips', components: [Slips] }) class Slip { onactivate(): void {} onActivated(): void {} canmove(): boolean { return true; } }
    expect(await warned(Slip)).to.deep.equal([{
      fields: { methods: ['Slip.onactivate (onActivate?)', 'Slip.onActivated (onActivate?)', 'Slip.canmove (canMove?)', 'Slips.OnDeactivate (onDeactivate?)', 'Slips.onDisconect (onDisconnect?)'] },
      message: 'these methods are no hooks, but called nearly like one: nobody calls them by themselves',
    }]);
  });

  it('is not told of hooks themselves, of handlers, of what clients may call, nor of names of their own', async () => {
    @Actor({ name: 'woken-fine' }) class Fine {
      onActivate(): void {}
      onConnect(): void {}
      @On(Connected, { from: 'self' }) protected onConnected(): void {}
      @Public() onDisconnected(): void {}
      canMoveTo(): boolean { return true; }
      activate(): void {}
      onAttack(): void {}
      once(): void {}
    }
    expect(await warned(Fine)).to.deep.equal([]);
  });
});
