import { expect } from 'chai';
import { ActivationFailedError, ConfigurationError, UnknownComponentError, UnknownMethodError } from '../../sdk/index.js';
import { failure, gate } from '../support/memory-silo.js';
import { Belt, Burning, Hero, journal, Ticking, Unheard, waits } from './hero.js';
import { burning, heroSilo, namesOf, type HeroSilo } from './hero-silo.js';

describe('components that are added at run time', () => {
  let setup: HeroSilo;
  beforeEach(() => { setup = heroSilo(); journal.length = 0; waits.clear(); });
  afterEach(() => setup.runtime.stop());

  it('are there for calls, lists and finds once their turn is committed, in the order of addition', async () => {
    const { hero } = setup;
    expect(await hero.add('Burning')).to.equal('Burning');
    expect(await hero.add('Ticking')).to.equal('Ticking');
    expect(await hero.add('Burning')).to.equal('Burning-2');
    expect(await namesOf(hero)).to.deep.equal(['Belt', 'Burning', 'Ticking', 'Burning-2']);
    expect(await hero.names()).to.deep.equal(['Belt', 'Burning', 'Burning-2', 'Ticking']);
    expect(await hero.getComponent(Burning).stoke()).to.equal(2);
    expect(await burning(hero, 'Burning-2').stoke(5)).to.equal(6);
    expect(await burning(hero).feel()).to.deep.include({ heat: 2 });
  });

  it('are committed with what else their unit did, in one commit, after their onActivate', async () => {
    const { hero, store } = setup;
    waits.set('Burning.onActivate', () => void journal.push(`commits: ${store.commits.length}`));
    await hero.add('Burning');
    expect(journal).to.deep.equal(['Burning begins', 'commits: 0']);
    expect(store.commits).to.have.length(1);
    expect([...store.commits[0]!.fields.keys()].sort()).to.deep.equal([':components', 'deeds']);
  });

  it('are used by the turn that adds them, and by nobody else before the commit', async () => {
    const { hero } = setup;
    const isAdded = gate();
    const goOn = gate();
    waits.set('Hero.add', () => (isAdded.open(), goOn.opened));
    const adding = hero.add('Burning');
    await isAdded.opened;
    waits.set('Burning.stokeSlowly', () => void journal.push('stoked'));
    const early = burning(hero).stokeSlowly();
    expect(journal).to.deep.equal(['Burning begins']);
    goOn.open();
    await adding;
    expect(await early).to.equal(2);
    expect(await setup.actor(Hero, 'other').addAndUse()).to.equal(5);
  });

  it('without an onActivate are kept for their unit as well', async () => {
    const { hero } = setup;
    const isAdded = gate();
    const goOn = gate();
    waits.set('Hero.add', () => (isAdded.open(), goOn.opened));
    waits.set('Belt.punchSlowly', () => void journal.push('punched'));
    const adding = hero.add('Belt');
    await isAdded.opened;
    const early = hero.getComponent<Belt>('Belt-2').punchSlowly();
    expect(journal).to.deep.equal([]);
    goOn.open();
    expect(await adding).to.equal('Belt-2');
    expect(await early).to.equal(4);
  });

  it('vanish when their unit fails, and calls that wait for them fail as surely not run', async () => {
    const { hero, store } = setup;
    const isAdded = gate();
    const goOn = gate();
    waits.set('Hero.add', () => (isAdded.open(), goOn.opened));
    const adding = failure(hero.add('Burning', {}, true));
    await isAdded.opened;
    const early = failure(burning(hero).stoke());
    goOn.open();
    expect(await adding).to.be.instanceOf(RangeError);
    expect(await early).to.be.instanceOf(UnknownComponentError);
    expect(await failure(burning(hero).stoke())).to.be.instanceOf(UnknownComponentError);
    expect(await namesOf(hero)).to.deep.equal(['Belt']);
    expect(store.commits).to.have.length(0);
  });

  it('whose onActivate throws are not there, while what else the unit did stays its own', async () => {
    const { hero } = setup;
    const error = await failure(hero.add('Broken'));
    expect(error).to.be.instanceOf(ActivationFailedError);
    expect(error.message).to.equal('hero/h#Broken could not be added: it never worked');
    expect(await namesOf(hero)).to.deep.equal(['Belt']);
    await hero.nested(true);
    expect(await namesOf(hero)).to.deep.equal(['Belt', 'Burning']);
  });

  it('are the same in the next activation: set, order, state and arguments', async () => {
    const { hero, store } = setup;
    await hero.add('Burning', { args: [{ by: 'dragon' }, new Date(0)] });
    await hero.add('Ticking');
    await hero.add('Burning');
    await burning(hero, 'Burning-2').stoke(7);
    await hero.manage.removeComponent(hero.getComponent(Belt));
    await setup.runtime.stop();
    setup = heroSilo(store);
    expect(await namesOf(setup.hero)).to.deep.equal(['Burning', 'Ticking', 'Burning-2']);
    expect(await burning(setup.hero).feel()).to.deep.equal({ heat: 1, smoke: 0, args: [{ by: 'dragon' }, new Date(0)] });
    expect(await burning(setup.hero, 'Burning-2').feel()).to.deep.equal({ heat: 8, smoke: 0, args: [] });
    expect(await failure(setup.hero.getComponent(Belt).punch())).to.be.instanceOf(UnknownComponentError);
  });

  it('are met by the first call of an actor that is not active', async () => {
    const { hero, store } = setup;
    await hero.add('Burning');
    await hero.add('Burning');
    await setup.runtime.stop();
    setup = heroSilo(store);
    const there = burning(setup.hero, 'Burning-2').stoke();
    const absent = failure(burning(setup.hero, 'Burning-3').stoke());
    expect(await there).to.equal(2);
    expect(await absent).to.be.instanceOf(UnknownComponentError);
    expect(await failure((burning(setup.hero) as unknown as { freeze(): Promise<void> }).freeze())).to.be.instanceOf(UnknownMethodError);
  });

  it('come from modules that the silo knows; the error names the class and the option', async () => {
    const error = await failure(setup.hero.add('Unheard'));
    expect(error).to.be.instanceOf(UnknownComponentError);
    expect(error.message).to.include("no module of this silo has a component class 'Unheard'").and.include('modules');
    expect(await failure(setup.hero.manage.addComponent(Unheard))).to.be.instanceOf(UnknownComponentError);
  });

  it('are added by handle as by a turn: committed when it resolves', async () => {
    const { hero, store } = setup;
    const handle = await hero.manage.addComponent(Burning, { args: ['x'] });
    expect(handle.id).to.deep.equal({ type: 'hero', key: 'h', component: 'Burning' });
    expect(store.commits).to.have.length(1);
    expect(await handle.feel()).to.deep.equal({ heat: 1, smoke: 0, args: ['x'] });
    await hero.manage.removeComponent(handle);
    expect(await namesOf(hero)).to.deep.equal(['Belt']);
  });

  it('are added from a turn of a component, which waits for the turn that the actor has', async () => {
    const { hero } = setup;
    const isHeld = gate();
    const goOn = gate();
    waits.set('Hero.add', () => (isHeld.open(), goOn.opened));
    const holding = hero.add('Ticking');
    await isHeld.opened;
    const adding = hero.getComponent(Belt).addBurning();
    goOn.open();
    await holding;
    expect(await adding).to.equal('Burning');
    expect(await namesOf(hero)).to.deep.equal(['Belt', 'Ticking', 'Burning']);
  });

  it('of a save point stay when the turn throws later, those after it do not', async () => {
    await failure(setup.hero.addAndSave(true));
    expect(await namesOf(setup.hero)).to.deep.equal(['Belt', 'Burning']);
    expect(await burning(setup.hero).stoke()).to.equal(2);
  });

  it('tick from the commit on, and stop with their removal', async () => {
    const { hero, clock } = setup;
    const handle = await hero.manage.addComponent(Ticking);
    await clock.advance(250);
    expect(journal).to.deep.equal(['tick', 'tick']);
    await hero.manage.removeComponent(handle);
    await clock.advance(500);
    expect(journal).to.deep.equal(['tick', 'tick']);
    expect(setup.log.lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });

  it('hear events of their actor from the commit on', async () => {
    const { hero, clock } = setup;
    await hero.shout('before');
    await hero.add('Burning');
    await hero.shout('after');
    await clock.advance(1);
    expect(journal).to.deep.equal(['Burning begins', 'Burning heard after']);
  });

  it('take options that are known, and nothing else', async () => {
    const { hero } = setup;
    const refused = async (options: unknown): Promise<string> => {
      const error = await failure(hero.manage.addComponent(Burning, options as never));
      expect(error).to.be.instanceOf(ConfigurationError);
      return error.message;
    };
    expect(await refused({ tag: 'x' })).to.include("unknown option 'tag'");
    expect(await refused({ tags: 'x' })).to.include('tags');
    expect(await refused({ args: 3 })).to.include('args');
    expect(await refused(7)).to.include('options object');
    expect((await failure(hero.tryToAdd())).message).to.include('@ReadOnly');
  });
});
