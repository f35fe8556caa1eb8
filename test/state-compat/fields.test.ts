// What becomes of saved fields when the next version of a class has others. docs/saved-state.md tells these rules.
import { expect } from 'chai';
import { Actor, Component, ReadOnly, State } from '../../sdk/index.js';
import { onBothStores } from './deployments.js';

@Component({ name: 'purse', isolation: 'inline' }) class Purse {
  @State() coins = 0;
  add(amount: number): number { return (this.coins += amount); }
}
@Actor({ name: 'compat-hero', components: [Purse] }) class Hero {
  @State() gold = 0;
  @State() level = 1;
  earn(amount: number): number { return (this.gold += amount); }
  rise(): number { return ++this.level; }
  @ReadOnly() read(): object { return { gold: this.gold, level: this.level }; }
}
/** Has neither the field `gold` nor the component. */
@Actor({ name: 'compat-hero' }) class PoorHero {
  @State() level = 1;
  rise(): number { return ++this.level; }
}
@Actor({ name: 'compat-hero' }) class RenamedHero {
  @State() gold: number | undefined;
  @State() money = 0;
  onActivate(): void {
    if (this.gold === undefined) return;
    this.money += this.gold;
    this.gold = undefined;
  }
  @ReadOnly() read(): number { return this.money; }
}
@Actor({ name: 'compat-hero' }) class RichHero {
  @State() money = 0;
  @ReadOnly() read(): number { return this.money; }
}

describe('a saved field', () => {
  onBothStores('that the class no longer has is kept, and a version that has it again finds its value', async (deployments) => {
    const first = await deployments.deploy(Hero);
    await first.actor(Hero, 'h').earn(5);
    await first.actor(Hero, 'h').getComponent(Purse).add(7);
    const second = await deployments.deploy(PoorHero);
    expect(await second.actor(PoorHero, 'h').rise()).to.equal(2);
    const third = await deployments.deploy(Hero);
    expect(await third.actor(Hero, 'h').read()).to.deep.equal({ gold: 5, level: 2 });
    expect(await third.actor(Hero, 'h').getComponent(Purse).add(0)).to.equal(7);
  });

  onBothStores('that the class no longer has is kept also when the whole state is written again', async (deployments) => {
    await (await deployments.deploy(Hero)).actor(Hero, 'h').earn(5);
    const second = await deployments.deploy(PoorHero);
    deployments.answerNext = ({ version }) => ({ status: 'regressed', version });
    await second.actor(PoorHero, 'h').rise();
    expect(deployments.commits.map(({ fields }) => [...fields.keys()])).to.deep.equal([['level'], ['level']]);
    expect(await (await deployments.deploy(Hero)).actor(Hero, 'h').read()).to.deep.equal({ gold: 5, level: 2 });
  });

  onBothStores('that the class no longer has is deleted with its actor', async (deployments) => {
    await (await deployments.deploy(Hero)).actor(Hero, 'h').earn(5);
    await (await deployments.deploy(PoorHero)).actor(PoorHero, 'h').manage.destroy();
    expect(await (await deployments.deploy(Hero)).actor(Hero, 'h').read()).to.deep.equal({ gold: 0, level: 1 });
  });

  onBothStores('that was added has its initial value until it changes', async (deployments) => {
    await (await deployments.deploy(PoorHero)).actor(PoorHero, 'h').rise();
    const second = await deployments.deploy(Hero);
    expect(await second.actor(Hero, 'h').read()).to.deep.equal({ gold: 0, level: 2 });
    expect(deployments.commits).to.deep.equal([]);
    expect(await second.actor(Hero, 'h').earn(3)).to.equal(3);
    expect(await (await deployments.deploy(Hero)).actor(Hero, 'h').read()).to.deep.equal({ gold: 3, level: 2 });
  });

  onBothStores('gets a new initial value only in actors that never changed it', async (deployments) => {
    const first = await deployments.deploy(Hero);
    await first.actor(Hero, 'rich').earn(5);
    await first.actor(Hero, 'new').rise();
    @Actor({ name: 'compat-hero' }) class Generous { @State() gold = 100; @ReadOnly() read(): number { return this.gold; } }
    const second = await deployments.deploy(Generous);
    expect([await second.actor(Generous, 'rich').read(), await second.actor(Generous, 'new').read()]).to.deep.equal([5, 100]);
  });

  onBothStores('is renamed by keeping the old name for one version, whose onActivate moves the value', async (deployments) => {
    await (await deployments.deploy(Hero)).actor(Hero, 'h').earn(5);
    expect(await (await deployments.deploy(RenamedHero)).actor(RenamedHero, 'h').read()).to.equal(5);
    expect(await (await deployments.deploy(RenamedHero)).actor(RenamedHero, 'h').read()).to.equal(5);
    expect(await (await deployments.deploy(RichHero)).actor(RichHero, 'h').read()).to.equal(5);
  });

  onBothStores('comes back as it was saved when only its type changed', async (deployments) => {
    await (await deployments.deploy(Hero)).actor(Hero, 'h').earn(5);
    @Actor({ name: 'compat-hero' }) class Typed {
      @State() gold: { amount: number } = { amount: 0 };
      @ReadOnly() read(): unknown { return this.gold; }
    }
    const second = await deployments.deploy(Typed);
    expect(await second.actor(Typed, 'h').read()).to.equal(5);
    expect(await second.actor(Typed, 'other').read()).to.deep.equal({ amount: 0 });
  });

  onBothStores('is found again when it becomes lazily saved, and when it no longer is', async (deployments) => {
    @Actor({ name: 'compat-hero' }) class Lazy {
      @State({ save: 'lazy' }) gold = 0;
      earn(amount: number): number { return (this.gold += amount); }
    }
    await (await deployments.deploy(Hero)).actor(Hero, 'h').earn(5);
    expect(await (await deployments.deploy(Lazy)).actor(Lazy, 'h').earn(1)).to.equal(6);
    expect(await (await deployments.deploy(Hero)).actor(Hero, 'h').earn(1)).to.equal(7);
  });

  onBothStores('belongs to the class of its field, base class or subclass', async (deployments) => {
    class Base { @State() gold = 1; }
    @Actor({ name: 'compat-hero' }) class Derived extends Base {
      // Saved though it does not repeat the decorator: the name is what is saved.
      override gold = 2;
      earn(amount: number): number { return (this.gold += amount); }
    }
    expect(await (await deployments.deploy(Derived)).actor(Derived, 'h').earn(3)).to.equal(5);
    expect(await (await deployments.deploy(Hero)).actor(Hero, 'h').read()).to.deep.equal({ gold: 5, level: 1 });
  });
});
