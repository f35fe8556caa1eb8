import { expect } from 'chai';
import { ActivationFailedError } from '../../sdk/index.js';
import { failure, gate } from '../support/memory-silo.js';
import { Crowd, journal, Squire, waits } from './hero.js';
import { found, heroSilo, type HeroSilo } from './hero-silo.js';

describe('component sets and tags that change while', () => {
  let setup: HeroSilo;
  beforeEach(() => { setup = heroSilo(); journal.length = 0; waits.clear(); });
  afterEach(() => setup.runtime.stop());

  it('their actor begins and ends are committed with its hooks, and timers start once', async () => {
    const squire = setup.actor(Squire, 's');
    expect(await squire.names()).to.deep.equal(['Belt', 'Ticking']);
    expect(await found(setup, 'young')).to.deep.equal(['squire/s']);
    await setup.clock.advance(100);
    expect(journal).to.deep.equal(['tick']);
    await squire.manage.deactivate();
    expect(journal).to.deep.equal(['tick', 'Burning begins', 'Belt ends: requested']);
    journal.length = 0;
    expect(await squire.names()).to.deep.equal(['Belt', 'Burning', 'Ticking']);
    await squire.manage.deactivate();
    expect(journal).to.deep.equal(['Burning begins', 'Burning ends: requested', 'Belt ends: requested']);
    expect(await squire.names()).to.deep.equal(['Belt', 'Ticking']);
  });

  it('their actor begins in vain are not there, and leave no row', async () => {
    waits.set('Squire.onActivate', () => { throw new RangeError('not today'); });
    expect(await failure(setup.actor(Squire, 's').names())).to.be.instanceOf(ActivationFailedError);
    expect(await found(setup, 'young')).to.deep.equal([]);
    expect(await setup.store.tagState({ type: 'squire', key: 's' }, 'young')).to.deep.equal({ isTagged: false, version: 0, isHeld: false });
    waits.clear();
    expect(await setup.actor(Squire, 's').names()).to.deep.equal(['Belt', 'Ticking']);
  });

  it('turns overlap are all there in the order of addition', async () => {
    const crowd = setup.actor(Crowd, 'c');
    const goOn = gate();
    for (const name of ['Burning', 'Burning-2', 'Burning-3']) waits.set(`Crowd.add ${name}`, () => goOn.opened);
    const adding = [crowd.add(), crowd.add(), crowd.add()];
    await setup.clock.advance(1);
    goOn.open();
    expect(await Promise.all(adding)).to.deep.equal(['Burning', 'Burning-2', 'Burning-3']);
    await crowd.manage.deactivate();
    expect((await crowd.manage.components()).map(({ id }) => id.component)).to.deep.equal(['Burning', 'Burning-2', 'Burning-3']);
  });

  it('nobody waits for it are part of the unit all the same', async () => {
    const crowd = setup.actor(Crowd, 'c');
    await crowd.leave();
    expect((await crowd.manage.components()).map(({ id }) => id.component)).to.deep.equal(['Burning']);
    expect(setup.store.commits).to.have.length(1);
  });
});
