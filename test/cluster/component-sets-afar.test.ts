import { expect } from 'chai';
import { ConfigurationError, LinkLostError, UnknownComponentError } from '../../sdk/index.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { Burning, Hearth, Hero, waits } from '../silo/hero.js';
import { failure, gate } from '../support/memory-silo.js';
import { MemoryCluster } from './memory-cluster.js';

describe('components of an actor that is on another silo', () => {
  before(() => waits.clear());

  it('are added, found, listed and removed from here', async () => {
    const cluster = await MemoryCluster.of(2, [Hero, Hearth]);
    cluster.choose = () => 's1';
    const hero = cluster.silos[0]!.actor(Hero, 'h');
    const burning = await cluster.until(hero.manage.addComponent(Burning, { tags: ['hot'], args: [{ by: 'dragon' }] }));
    expect(cluster.silos[1]!.activations()).to.deep.equal(['hero/h']);
    expect(await cluster.until(burning.feel())).to.deep.equal({ heat: 1, smoke: 0, args: [{ by: 'dragon' }] });
    expect(await cluster.until(hero.findComponent(Burning, 'hot').stoke())).to.equal(2);
    expect((await cluster.until(hero.manage.components())).map(({ id }) => id.component)).to.deep.equal(['Belt', 'Burning']);
    await cluster.until(hero.manage.removeComponent(burning));
    expect(await cluster.until(failure(burning.stoke()))).to.be.instanceOf(UnknownComponentError);
    await cluster.stop();
  });

  it('are listed all the same when that silo dies meanwhile: the question is asked again where the actor is then', async () => {
    const cluster = await MemoryCluster.of(3, [Hero, Hearth]);
    cluster.choose = () => 's1';
    const hero = cluster.silos[0]!.actor(Hero, 'h');
    await cluster.until(hero.manage.addComponent(Burning));
    const beginning = gate();
    const begun = gate();
    waits.set('Burning.onActivate', () => {
      beginning.open();
      return begun.opened;
    });
    const adding = failure(hero.manage.addComponent(Burning));
    await beginning.opened;
    waits.clear();
    const listed = hero.manage.components();
    await new Promise((resolve) => setImmediate(resolve));
    cluster.choose = () => 's2';
    cluster.kill(cluster.silos[1]!);
    expect(await adding, 'what changes is not asked twice').to.be.instanceOf(LinkLostError);
    expect((await cluster.until(listed)).map(({ id }) => id.component)).to.deep.equal(['Belt', 'Burning']);
    begun.open();
    await cluster.stop();
  });

  it('come from the modules of that silo', async () => {
    const cluster = new MemoryCluster();
    await cluster.add([Hero, Hearth]);
    await cluster.add([Hero]);
    await Promise.all(cluster.silos.map(({ membership }) => membership.refresh()));
    cluster.choose = () => 's1';
    const error = await cluster.until(failure(cluster.silos[0]!.actor(Hero, 'h').manage.addComponent(Burning)));
    expect(error).to.be.instanceOf(UnknownComponentError);
    expect(error.message).to.include("no module of this silo has a component class 'Burning'");
    await cluster.stop();
  });

  it('are called by clients once they are there, by their @Public methods alone', async () => {
    await using t = await startTestCluster({ modules: [Hero, Hearth] });
    const client = await t.client({ id: 'ada' });
    const burning = client.actor<Hero>('hero', 'h').getComponent<Burning>('Burning');
    expect((await failure(burning.glow())).name).to.equal('UnknownComponentError');
    await t.actor(Hero, 'h').manage.addComponent(Burning);
    expect(await burning.glow()).to.equal(1);
    expect((await failure(burning.stoke())).name).to.equal('NotPublicError');
  });

  it('two classes of one name are fine where an actor lists them, and cannot be added by it', async () => {
    const { Actor, Component } = await import('../../sdk/index.js');
    class One {}
    class Other {}
    for (const Class of [One, Other]) Component({ name: 'twin', isolation: 'inline' })(Class);
    class HasOne {}
    class HasOther {}
    Actor({ name: 'has-one', components: [One] })(HasOne);
    Actor({ name: 'has-other', components: [Other] })(HasOther);
    await using t = await startTestCluster({ modules: [HasOne, HasOther, Hero, Hearth] });
    expect(await failure(t.actor(Hero, 'h').manage.addComponent('twin'))).to.be.instanceOf(ConfigurationError);
    const added = await t.actor(HasOther, 'o').manage.addComponent('twin');
    expect(added.id.component).to.equal('twin-2');
  });
});
