import { expect } from 'chai';
import { Actor, ActorEvent, On, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { gate, memorySilo } from '../support/memory-silo.js';

const handled = gate();

/** Lets everything that can happen now happen. */
const everythingElse = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

@ActorEvent('ending-bad')
class Bad {}

@Actor({ name: 'ending-failing' })
class Failing {
  @State() n = 0;
  constructor(private readonly ctx: ActorContext<Failing>) {}
  async emit(): Promise<void> {
    this.n++;
    await this.ctx.emit(new Bad());
  }
  @On(Bad, { from: 'self' }) protected onBad(): void {
    handled.open();
    throw new RangeError('never');
  }
  @ReadOnly() get(): number {
    return this.n;
  }
}

describe('an actor that ends while its own event waits for another attempt', () => {
  it('is destroyed when asked to meanwhile', async () => {
    const clock = new VirtualClock();
    const silo = memorySilo([Failing], { clock });
    const actor = silo.actor(Failing, 'a');
    await actor.emit();
    await handled.opened;
    await everythingElse();
    const ending = actor.manage.deactivate();
    await everythingElse();
    const destroyed = actor.manage.destroy().then(() => 'ok', (error: unknown) => String(error));
    await clock.advance('20s');
    await ending;
    expect(await destroyed).to.equal('ok');
    expect(await actor.get()).to.equal(0);
    await silo.runtime.stop();
  });
});
