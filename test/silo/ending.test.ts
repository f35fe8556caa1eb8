import { expect } from 'chai';
import { Actor, Component, ReadOnly, State, type ActorContext, type ComponentContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

const log: string[] = [];
let entered = gate();
let hold = gate();
let goodbye: (() => unknown) | undefined;

@Component({ name: 'Pocket', isolation: 'inline' })
class Pocket {
  @State() coins = 0;
  constructor(private readonly ctx: ComponentContext<Pocket, Guest>) {}
  put(amount: number): number {
    return (this.coins += amount);
  }
  async putAfterHold(amount: number): Promise<number> {
    entered.open();
    await hold.opened;
    return this.ctx.owner.count(amount);
  }
  @ReadOnly() get(): number {
    return this.coins;
  }
}

@Actor({ name: 'ending-guest', components: [Pocket], idleAfter: '10s' })
class Guest {
  @State() total = 0;
  @State({ save: 'lazy' }) seen = 0;
  constructor(private readonly ctx: ActorContext<Guest>) {}
  onDeactivate(): unknown {
    return goodbye?.();
  }
  count(amount: number): number {
    return (this.total += amount);
  }
  see(): number {
    return ++this.seen;
  }
  async payAfterHold(amount: number): Promise<number> {
    entered.open();
    await hold.opened;
    this.total += amount;
    return this.ctx.self.getComponent(Pocket).put(amount);
  }
  @ReadOnly() async lookAfterHold(): Promise<number> {
    entered.open();
    await hold.opened;
    return (await this.ctx.self.getComponent(Pocket).get()) + (await this.ctx.self.read());
  }
  @ReadOnly() read(): number {
    return this.total;
  }
  @ReadOnly() async leave(): Promise<void> {
    await this.ctx.deactivate();
  }
  @ReadOnly() async leaveByHandle(): Promise<void> {
    await this.ctx.self.manage.deactivate();
  }
  async destroyThen(what: 'fail' | 'end'): Promise<void> {
    await this.ctx.destroy();
    if (what === 'fail') throw new Error('changed my mind');
  }
  async destroyAfterHold(): Promise<void> {
    entered.open();
    await hold.opened;
    await this.ctx.destroy();
  }
  say(text: string): void {
    log.push(text);
  }
}

describe('the end of an activation', () => {
  beforeEach(() => {
    log.length = 0;
    entered = gate();
    hold = gate();
    goodbye = undefined;
  });

  for (const [what, begin] of [
    ['an actor that calls its component', (guest: Guest) => guest.payAfterHold(3)],
    ['a read-only turn that reads on', (guest: Guest) => guest.lookAfterHold()],
  ] as const) {
    it(`waits for ${what}, which goes on undisturbed`, async () => {
      const { actor, runtime } = memorySilo([Guest]);
      const guest = actor(Guest, 'g');
      const running = begin(guest as unknown as Guest);
      await entered.opened;
      const ended = guest.manage.deactivate();
      await new Promise<void>((resolve) => void setImmediate(resolve));
      hold.open();
      await running;
      await ended;
      expect(await guest.read()).to.equal(what.startsWith('an actor') ? 3 : 0);
      expect(runtime.statistics.activated).to.equal(2);
      await runtime.stop();
    });
  }

  it('waits for a component that calls its owner, which goes on undisturbed', async () => {
    const { actor, runtime } = memorySilo([Guest]);
    const guest = actor(Guest, 'g');
    const running = guest.getComponent(Pocket).putAfterHold(4);
    await entered.opened;
    const ended = guest.manage.deactivate();
    await new Promise<void>((resolve) => void setImmediate(resolve));
    hold.open();
    expect(await running).to.equal(4);
    await ended;
    expect(await guest.read()).to.equal(4);
    await runtime.stop();
  });

  it('hands the calls that waited and those that came later on in the order they came', async () => {
    const { actor, runtime } = memorySilo([Guest]);
    const guest = actor(Guest, 'g');
    const running = guest.payAfterHold(1);
    await entered.opened;
    const calls = [guest.say('first'), guest.say('second')];
    const ended = guest.manage.deactivate();
    await new Promise<void>((resolve) => void setImmediate(resolve));
    calls.push(guest.say('third'));
    hold.open();
    await Promise.all([running, ended, ...calls]);
    expect(log).to.deep.equal(['first', 'second', 'third']);
    await runtime.stop();
  });

  it('destroys when asked to while it ends already, by handle or by the actor itself', async () => {
    const { actor, runtime } = memorySilo([Guest]);
    for (const destroy of [(guest: ReturnType<typeof actor<Guest>>) => guest.manage.destroy(), () => Promise.resolve()]) {
      hold = gate();
      entered = gate();
      const guest = actor(Guest, 'g');
      await guest.count(5);
      const running = guest.destroyAfterHold();
      await entered.opened;
      const ended = guest.manage.deactivate();
      await new Promise<void>((resolve) => void setImmediate(resolve));
      const destroyed = destroy(guest);
      hold.open();
      await Promise.all([running, ended, destroyed]);
      expect(await guest.read()).to.equal(0);
    }
    await runtime.stop();
  });

  it('destroys nothing when the turn that asked for it throws', async () => {
    const { actor, runtime } = memorySilo([Guest]);
    const guest = actor(Guest, 'g');
    await guest.count(5);
    await failure(guest.destroyThen('fail'));
    expect(await guest.read()).to.equal(5);
    await guest.destroyThen('end');
    expect(await guest.read()).to.equal(0);
    await runtime.stop();
  });

  it('says so when the store could not destroy', async () => {
    const store = new MemoryStateStore();
    const { actor, runtime } = memorySilo([Guest], { store });
    const guest = actor(Guest, 'g');
    await guest.count(5);
    store.destroy = () => Promise.reject(new Error('the store is away'));
    expect((await failure(guest.manage.destroy())).message).to.contain('the store is away');
    expect(await guest.read()).to.equal(5);
    await runtime.stop();
  });

  it('destroys a dormant actor without taking it from an activation that begins meanwhile', async () => {
    const { actor, runtime } = memorySilo([Guest]);
    const guest = actor(Guest, 'g');
    await guest.count(5);
    await guest.manage.deactivate();
    const destroyed = guest.manage.destroy();
    expect(await guest.count(1)).to.equal(1);
    await destroyed;
    expect(await guest.count(1)).to.equal(2);
    await runtime.stop();
  });

  it('saves what waits lazily even when onDeactivate throws', async () => {
    const { actor, runtime } = memorySilo([Guest], { clock: new VirtualClock() });
    const guest = actor(Guest, 'g');
    await guest.see();
    goodbye = () => {
      throw new Error('no goodbye');
    };
    await guest.manage.deactivate();
    expect(await guest.see()).to.equal(2);
    await runtime.stop();
  });

  it('is bounded: an onDeactivate that never ends is left behind', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Guest], { clock });
    const guest = actor(Guest, 'g');
    await guest.count(5);
    goodbye = () => new Promise(() => undefined);
    const ended = guest.manage.deactivate();
    const next = guest.with({ timeout: '1h' }).count(1);
    await clock.advance('30s');
    await ended;
    expect(await next).to.equal(6);
    goodbye = undefined;
    await runtime.stop();
  });

  it('leaves a turn that never ends behind: later calls run in the next activation', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Guest], { clock });
    const guest = actor(Guest, 'g');
    const stuck = failure(guest.payAfterHold(100));
    await entered.opened;
    const ended = guest.manage.deactivate();
    const next = guest.count(1);
    await clock.advance('15s');
    await ended;
    expect(await next).to.equal(1);
    hold.open();
    await stuck;
    expect(await guest.read()).to.equal(1);
    await runtime.stop();
  });

  it('comes after a read-only turn that asked for it', async () => {
    const { actor, runtime } = memorySilo([Guest]);
    const guest = actor(Guest, 'g');
    await guest.leave();
    await guest.count(1);
    expect(runtime.statistics.activated).to.equal(2);
    await guest.leaveByHandle();
    await guest.count(1);
    expect(runtime.statistics.activated).to.equal(3);
    await runtime.stop();
  });
});
