import { expect } from 'chai';
import { ConfigurationError, UnknownComponentError, type Handle } from '../../sdk/index.js';
import { failure, gate } from '../support/memory-silo.js';
import { Belt, Burning, Hero, journal, waits } from './hero.js';
import { burning, found, heroSilo, type HeroSilo } from './hero-silo.js';

describe('tags at run time', () => {
  let setup: HeroSilo;
  beforeEach(() => { setup = heroSilo(); journal.length = 0; waits.clear(); });
  afterEach(() => setup.runtime.stop());

  it('are committed with the unit: of the actor, of its components and of those that it adds, in one commit', async () => {
    const { hero, store } = setup;
    await hero.tagAll('hot');
    expect(store.commits).to.have.length(1);
    expect(store.commits[0]!.tags).to.deep.equal({ added: ['hot'], removed: [] });
    expect(await hero.has('hot')).to.equal(true);
    expect(await hero.getComponent(Belt).has('hot')).to.equal(true);
    expect(await hero.found('hot')).to.deep.equal(['Belt', 'Burning']);
    expect(await found(setup, 'hot')).to.deep.equal(['hero/h']);
  });

  it('are undone with the unit, back to its last save point', async () => {
    const { hero, store } = setup;
    await hero.tag(['old']);
    await failure(hero.tag(['new'], ['old'], true));
    expect([await hero.has('old'), await hero.has('new')]).to.deep.equal([true, false]);
    await failure(hero.tagTwo());
    expect([await hero.has('saved'), await hero.has('undone')]).to.deep.equal([true, false]);
    expect([await found(setup, 'new'), await found(setup, 'undone')]).to.deep.equal([[], []]);
    await hero.do();
    expect(store.commits.at(-1)!.tags).to.equal(undefined);
  });

  it('stay with the actor as long as the actor or one of its components has them', async () => {
    const { hero } = setup;
    await hero.tagAll('hot');
    await hero.tag([], ['hot']);
    await hero.getComponent(Belt).tag([], ['hot']);
    expect(await found(setup, 'hot')).to.deep.equal(['hero/h']);
    await hero.remove(burning(hero));
    expect(await found(setup, 'hot')).to.deep.equal([]);
  });

  it('are the same in the next activation', async () => {
    const { store } = setup;
    await setup.hero.tagAll('hot');
    await setup.hero.tag(['own']);
    await setup.runtime.stop();
    setup = heroSilo(store);
    const { hero } = setup;
    expect([await hero.has('own'), await hero.has('hot'), await hero.getComponent(Belt).has('own')]).to.deep.equal([true, true, false]);
    expect(await hero.found('hot')).to.deep.equal(['Belt', 'Burning']);
    await hero.tag([], ['own', 'hot']);
    expect(await found(setup, 'own')).to.deep.equal([]);
    expect(await found(setup, 'hot')).to.deep.equal(['hero/h']);
  });

  it('find components beside those of their class', async () => {
    const { hero } = setup;
    await hero.add('Burning');
    await hero.add('Burning', { tags: ['blue'] });
    await hero.add('Burning', { tags: ['blue', 'hot'] });
    expect(await hero.found('blue')).to.deep.equal(['Burning-2', 'Burning-3']);
    expect(await hero.found('harm')).to.deep.equal(['Burning', 'Burning-2', 'Burning-3']);
    expect(await hero.first('hot')).to.equal('Burning-3');
    expect(await hero.first('cold')).to.equal(undefined);
    expect(await hero.findComponent(Burning, 'blue').stoke(7)).to.equal(8);
    expect(await hero.findComponent<Burning>('Burning', 'hot').stoke(2)).to.equal(3);
    expect(await burning(hero, 'Burning-2').feel()).to.deep.include({ heat: 8 });
    expect((await failure(hero.findComponent(Burning, 'cold').stoke())).message).to.equal("hero/h has no component 'Burning' with the tag 'cold'");
    expect(await failure(hero.findComponent(Burning, 'cold').stoke())).to.be.instanceOf(UnknownComponentError);
  });

  it('of a unit that is not committed are seen by that unit alone', async () => {
    const { hero } = setup;
    const isTagged = gate();
    const goOn = gate();
    waits.set('Belt.tag', () => (isTagged.open(), goOn.opened));
    const tagging = hero.getComponent(Belt).tag(['torn']);
    await isTagged.opened;
    expect(await hero.found('torn')).to.deep.equal([]);
    expect(await found(setup, 'torn')).to.deep.equal([]);
    goOn.open();
    expect(await tagging).to.equal(true);
    expect(await hero.found('torn')).to.deep.equal(['Belt']);
  });

  it('change in turns of their entity that may write, and nowhere else', async () => {
    const { hero } = setup;
    expect((await failure(hero.tryToTag())).message).to.include('@ReadOnly');
    for (const tag of ['', '!own', 'x'.repeat(257), '\ud800']) expect(await failure(hero.tag([tag]))).to.be.instanceOf(ConfigurationError);
    expect((await failure(hero.getComponent(Belt).tag([], ['worn']))).message).to.include("'worn' is a tag of the class Belt");
    expect(() => hero.findComponent(Burning, '')).to.throw(ConfigurationError, 'findComponent: expected a tag');
  });

  it('are known before the first call that looks for a component by its tag, which woke the actor', async () => {
    const { hero } = setup;
    await hero.add('Burning', { tags: ['hot'] });
    await hero.manage.deactivate();
    expect(await hero.findComponent(Burning, 'hot').stoke()).to.be.a('number');
  });

  it('tell whoever mirrors them that they, or the components, have changed', async () => {
    const { hero, runtime } = setup;
    await hero.do();
    const activation = runtime.catalog.get(hero.id)!;
    const before = activation.setVersion;
    await hero.tag(['a']);
    expect(activation.setVersion).to.equal(before + 2);
    await failure(hero.tag(['b'], [], true));
    expect(activation.setVersion).to.equal(before + 4);
    await hero.add('Burning');
    expect(activation.setVersion).to.be.greaterThan(before + 5);
  });

  it('are told by handles that travel: the tag is part of the address', async () => {
    const { hero, runtime } = setup;
    await hero.add('Burning', { tags: ['it\'s @ "blue"'] });
    const handle = hero.findComponent(Burning, 'it\'s @ "blue"');
    const copy = runtime.codec.decode(runtime.codec.encode(handle, 'handle')) as Handle<Burning>;
    expect(await copy.stoke()).to.equal(2);
    expect(copy.equals(handle)).to.equal(true);
  });
});

describe('findActors', () => {
  let setup: HeroSilo;
  beforeEach(() => { setup = heroSilo(); waits.clear(); });
  afterEach(() => setup.runtime.stop());

  it('finds the actors of all types or of one, from inside as from outside, and activates none', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => setup.actor(Hero, key).tag(['team'])));
    for (const { id } of setup.runtime.catalog.all()) await setup.actor(Hero, id.key).manage.deactivate();
    const all = keys.map((key) => `hero/${key}`).sort();
    expect(await found(setup, 'team')).to.deep.equal(all);
    expect(setup.runtime.catalog.all()).to.deep.equal([]);
    expect(await setup.hero.lookForHeroes('team')).to.deep.equal(all);
    expect(await setup.hero.look({ tag: 'team', type: 'hearth' })).to.deep.equal([]);
    expect(setup.runtime.catalog.all().map(({ name }) => name)).to.deep.equal(['hero/h']);
  });

  it('never finds one that was destroyed: active, asleep, or born again without the tag', async () => {
    const { hero, actor } = setup;
    await hero.tag(['team']);
    await actor(Hero, 'asleep').tag(['team']);
    await actor(Hero, 'asleep').manage.deactivate();
    await hero.end();
    await actor(Hero, 'asleep').manage.destroy();
    expect(await found(setup, 'team')).to.deep.equal([]);
    await hero.do();
    expect(await found(setup, 'team')).to.deep.equal([]);
    await hero.tag(['team']);
    expect(await found(setup, 'team')).to.deep.equal(['hero/h']);
  });

  it('refuses what it does not know', () => {
    for (const query of [undefined, 'x', {}, { tag: 3 }, { tag: '' }, { tag: '!always-on' }, { tag: 'x', types: 'hero' }, { tag: 'x', type: 'no name' }]) {
      expect(() => setup.runtime.findActors(query), JSON.stringify(query)).to.throw(ConfigurationError);
    }
  });
});
