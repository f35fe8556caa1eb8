import { expect } from 'chai';
import { CallTimeoutError, CancelledError, ConfigurationError } from '../../protocol/errors/index.js';
import { Actor, Component, type ActorContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, gate, memorySilo, type TestSilo } from '../support/memory-silo.js';
import { Account, Purse } from './account.js';

let entered = gate();

@Component({ name: 'opt-lock', isolation: 'inline' })
class Lock {
  constructor(private readonly ctx: ActorContext<Lock>) {}
  hold(): Promise<void> {
    const { signal } = this.ctx.call;
    entered.open();
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  }
}

@Actor({ name: 'opt-door', components: [Lock] })
class Door {}

describe('options of a handle on a silo', () => {
  let silo: TestSilo;
  const clock = new VirtualClock();
  beforeEach(() => {
    entered = gate();
    silo = memorySilo([Account, Door], { clock });
  });
  afterEach(() => silo.runtime.stop());

  it('go along to components: an idempotency key runs their method once', async () => {
    const keyed = silo.actor(Account, 'a').with({ idempotencyKey: 'k1' });
    expect(await keyed.getComponent(Purse).add(5)).to.equal(5);
    expect(await keyed.getComponent(Purse).add(5)).to.equal(5);
    expect(await silo.actor(Account, 'a').getComponent(Purse).get()).to.equal(5);
  });

  it("go along to components: a signal cancels their method, a timeout ends the caller's wait", async () => {
    const controller = new AbortController();
    const call = failure(silo.actor(Door, 'd').with({ signal: controller.signal }).getComponent(Lock).hold());
    await entered.opened;
    controller.abort();
    expect(await call).to.be.instanceOf(CancelledError);

    entered = gate();
    const late = failure(silo.actor(Door, 'e').with({ timeout: '1s' }).getComponent(Lock).hold());
    await entered.opened;
    await clock.advance('1s');
    expect(await late).to.be.instanceOf(CallTimeoutError);
  });

  it('stay as they were where `with` is given undefined', async () => {
    const door = silo.actor(Door, 'd').with({ timeout: '1s' }).with({ timeout: undefined });
    const call = failure(door.getComponent(Lock).hold());
    await entered.opened;
    await clock.advance('1s');
    expect(await call).to.be.instanceOf(CallTimeoutError);
  });

  it('are refused when they are no object', () => {
    const door = silo.actor(Door, 'd') as unknown as { with(options: unknown): unknown };
    for (const options of [undefined, null, 5, '1s', [], () => undefined, AbortSignal.abort()]) {
      expect(() => door.with(options), typeof options).to.throw(ConfigurationError, 'with: expected an options object');
    }
  });
});
