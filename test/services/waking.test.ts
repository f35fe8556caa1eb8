// A service whose thread has died: its onActivate stands before the calls that wait, as at its first beginning.
import { expect } from 'chai';
import { ActivationFailedError, type Handle } from '../../sdk/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { Roll, Woken } from './fixtures/woken.fixture.js';

describe('a service that comes back after a crash', function () {
  this.timeout(60_000);
  let silo: Silo;
  let woken: Handle<Woken>;
  let roll: Handle<Roll>;
  const awake = { method: 'onActivate', from: undefined, calls: 0 };

  beforeEach(async () => {
    silo = await startSilo({ modules: [new URL('./fixtures/woken.fixture.js', import.meta.url)], log: 'silent' });
    woken = silo.service(Woken);
    roll = silo.actor(Roll, 'r');
    expect(await woken.told()).to.deep.equal(awake);
  });
  afterEach(() => silo.stop());

  it('runs onActivate once, as a turn of its own, before the calls that wait', async () => {
    const dying = failure(woken.die());
    const waiting = [woken.told(), woken.told(), woken.told()];
    await dying;
    expect(await Promise.all(waiting)).to.deep.equal([awake, awake, awake]);
    expect(await roll.count()).to.equal(2);
  });

  it('fails the calls that wait when onActivate fails, none of which has run, and begins anew with the next', async () => {
    await roll.failFrom(2);
    const dying = failure(woken.die());
    const waiting = await Promise.all([failure(woken.told()), failure(woken.told())]);
    await dying;
    for (const error of waiting) {
      expect(error).to.be.instanceOf(ActivationFailedError);
      expect(error.message).to.match(/^woken could not be made anew: woken \d times; the call did not run$/);
      expect(error.cause).to.be.instanceOf(RangeError);
    }
    await roll.failFrom(Infinity);
    expect(await woken.told()).to.deep.equal(awake);
    expect(silo.statistics().services).to.deep.equal({ woken: { running: 0, waiting: 0 } });
  });
});
