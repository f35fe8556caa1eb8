import { expect } from 'chai';
import { CallCycleError, ConfigurationError, UnknownComponentError } from '../../sdk/index.js';
import { failure, gate } from '../support/memory-silo.js';
import { Belt, Burning, Hero, journal, waits } from './hero.js';
import { burning, heroSilo, namesOf, type HeroSilo } from './hero-silo.js';

describe('components that are removed at run time', () => {
  let setup: HeroSilo;
  beforeEach(() => { setup = heroSilo(); journal.length = 0; waits.clear(); });
  afterEach(() => setup.runtime.stop());

  it('end with onDeactivate, and their saved fields go with the commit', async () => {
    const { hero, store } = setup;
    await hero.add('Burning');
    await burning(hero).stoke();
    await burning(hero).puff();
    await hero.manage.removeComponent(burning(hero));
    expect(journal).to.deep.equal(['Burning begins', 'Burning ends: requested']);
    await setup.runtime.stop();
    const claimed = await store.claim({ id: { type: 'hero', key: 'h' }, token: 't:1', incarnation: 't' });
    if (claimed.status !== 'claimed') throw new Error('the actor is not free');
    expect([...claimed.fields.keys()].filter((name) => name.startsWith('Burning'))).to.deep.equal([]);
    await store.release({ type: 'hero', key: 'h' }, 't:1');
  });

  it('come back with their state and their waiting calls when the unit fails', async () => {
    const { hero } = setup;
    await hero.add('Burning');
    await burning(hero).stoke(4);
    const isRemoved = gate();
    const goOn = gate();
    waits.set('Hero.remove', () => (isRemoved.open(), goOn.opened));
    const removing = failure(hero.remove(burning(hero), true));
    await isRemoved.opened;
    const waiting = burning(hero).stoke();
    goOn.open();
    expect(await removing).to.be.instanceOf(RangeError);
    expect(await waiting).to.equal(6);
    expect(await namesOf(hero)).to.deep.equal(['Belt', 'Burning']);
  });

  it('fail the calls that wait for them, after the commit', async () => {
    const { hero } = setup;
    await hero.add('Burning');
    const isRemoved = gate();
    const goOn = gate();
    waits.set('Hero.remove', () => (isRemoved.open(), goOn.opened));
    const removing = hero.remove(burning(hero));
    await isRemoved.opened;
    const waiting = failure(burning(hero).stoke());
    goOn.open();
    await removing;
    expect(await waiting).to.be.instanceOf(UnknownComponentError);
  });

  it('are others when they are added again: at the end, under a name of their own, with nothing of the old state', async () => {
    const { hero } = setup;
    await hero.add('Burning');
    await hero.add('Ticking');
    await burning(hero).stoke(4);
    await burning(hero).puff();
    expect(await hero.replace(burning(hero))).to.equal('Burning-2');
    expect(await namesOf(hero)).to.deep.equal(['Belt', 'Ticking', 'Burning-2']);
    expect(await hero.getComponent(Burning).feel()).to.deep.equal({ heat: 1, smoke: 0, args: [] });
    expect(await failure(hero.manage.removeComponent(burning(hero)))).to.be.instanceOf(UnknownComponentError);
    await hero.remove(burning(hero, 'Burning-2'));
    expect(await hero.add('Burning')).to.equal('Burning-3');
  });

  it('may remove themselves: their turn ends, and they with it', async () => {
    const { hero } = setup;
    await hero.add('Burning');
    expect(await burning(hero).burnOut()).to.equal('burnt out');
    expect(await failure(burning(hero).stoke())).to.be.instanceOf(UnknownComponentError);
  });

  it('are gone though their onDeactivate throws', async () => {
    const { hero } = setup;
    await hero.add('Burning');
    waits.set('Burning.onDeactivate', () => { throw new RangeError('no'); });
    await hero.manage.removeComponent(burning(hero));
    expect(await namesOf(hero)).to.deep.equal(['Belt']);
  });

  it('were not there for events that they had not heard: these are settled without them', async () => {
    const { hero, store, clock } = setup;
    await hero.add('Burning');
    await hero.shout('goodbye', burning(hero));
    await clock.advance(1);
    expect(journal).to.deep.equal(['Burning begins', 'Burning ends: requested']);
    expect(await store.outbox({ type: 'hero', key: 'h' }, 10)).to.deep.equal([]);
    expect(setup.log.lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });

  it('are waited for while a turn of theirs runs; a circle is refused at once', async () => {
    const { hero } = setup;
    const isBusy = gate();
    const goOn = gate();
    waits.set('Burning.askOwner', () => (isBusy.open(), goOn.opened));
    await hero.add('Burning');
    const asking = burning(hero).askOwner();
    await isBusy.opened;
    const removing = hero.remove(burning(hero));
    goOn.open();
    const outcomes = await Promise.allSettled([asking, removing]);
    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused).to.have.length(1);
    expect(refused[0]!.reason).to.be.instanceOf(CallCycleError);
  });

  it('are this actor\'s own', async () => {
    const { hero } = setup;
    expect(await failure(hero.remove(setup.actor(Hero, 'other').getComponent(Belt)))).to.be.instanceOf(ConfigurationError);
    expect(await failure(hero.remove(hero))).to.be.instanceOf(ConfigurationError);
    expect(await failure(hero.manage.removeComponent(setup.actor(Hero, 'other').getComponent(Belt)))).to.be.instanceOf(ConfigurationError);
  });
});
