// @State({ upgrade }): an earlier version's value becomes today's. docs/saved-state.md tells these rules.
import { expect } from 'chai';
import { Actor, ActivationFailedError, Component, ReadOnly, Serializable, State, type ActorContext } from '../../sdk/index.js';
import { failure } from '../support/memory-silo.js';
import { onBothStores, type Deployments } from './deployments.js';

interface Gold { amount: number; since?: string }
type Upgrade = (saved: unknown) => unknown;

@Serializable('compat-vault') class Vault { constructor(public amount = 0) {} }

/** The version that saved a number. */
@Component({ name: 'bag', isolation: 'inline' }) class Bag { @State() gold = 0; earn(amount: number): number { return (this.gold += amount); } }
@Actor({ name: 'compat-miser', components: [Bag] }) class Miser {
  @State() gold = 0;
  earn(amount: number): number { return (this.gold += amount); }
  @ReadOnly() read(): number { return this.gold; }
}

const toObject: Upgrade = (saved) => (typeof saved === 'number' ? { amount: saved } : saved);

/** A version with another form of the field; notes what `upgrade` got and what `onActivate` saw. */
function upgraded(upgrade: Upgrade, save?: 'lazy') {
  const seen: unknown[] = [];
  @Actor({ name: 'compat-miser' }) class Upgraded {
    @State({ save, upgrade }) gold: Gold = { amount: 0 };
    onActivate(): void { seen.push(this.gold); }
    earn(amount: number): number { return (this.gold.amount += amount); }
    fail(): void {
      this.gold.amount = -1;
      throw new RangeError('too much');
    }
    @ReadOnly() read(): Gold { return this.gold; }
  }
  return { Upgraded, seen };
}

/** A version with another form of the field, whose whole class is saved in another way; notes what `upgrade` got. */
function persisting(persistence: 'lazy' | 'manual') {
  const got: unknown[] = [];
  @Actor({ name: 'compat-miser', persistence }) class Persisting {
    @State({ upgrade: (saved) => (got.push(structuredClone(saved)), toObject(saved)) }) gold: Gold = { amount: 0 };
    constructor(private readonly ctx: ActorContext<Persisting>) {}
    earn(amount: number): number { return (this.gold.amount += amount); }
    save(): Promise<void> { return this.ctx.save(); }
    @ReadOnly() read(): Gold { return this.gold; }
  }
  return { Class: Persisting, got };
}

async function saveGold(deployments: Deployments): Promise<void> {
  await (await deployments.deploy(Miser)).actor(Miser, 'm').earn(5);
}

describe('upgrade', () => {
  onBothStores('makes the value before onActivate, and the beginning of the activation saves it', async (deployments) => {
    await saveGold(deployments);
    const { Upgraded, seen } = upgraded(toObject);
    const second = await deployments.deploy(Upgraded);
    expect(await second.actor(Upgraded, 'm').read()).to.deep.equal({ amount: 5 });
    expect(seen).to.deep.equal([{ amount: 5 }]);
    expect(deployments.commits.map(({ fields }) => [...fields.keys()])).to.deep.equal([['gold']]);
    const { Upgraded: Later } = upgraded((saved) => saved);
    expect(await (await deployments.deploy(Later)).actor(Later, 'm').earn(1)).to.equal(6);
  });

  onBothStores('runs each time that a saved value is restored, without this, and not for one that was never saved', async (deployments) => {
    await saveGold(deployments);
    const calls: unknown[] = [];
    const { Upgraded } = upgraded(function (this: unknown, saved) {
      calls.push([this, saved]);
      return toObject(saved);
    });
    const second = await deployments.deploy(Upgraded);
    await second.actor(Upgraded, 'm').read();
    await second.actor(Upgraded, 'm').manage.deactivate();
    await second.actor(Upgraded, 'm').read();
    await second.actor(Upgraded, 'never saved').read();
    expect(calls).to.deep.equal([[undefined, 5], [undefined, { amount: 5 }]]);
  });

  onBothStores('writes nothing when it returns what was saved', async (deployments) => {
    await saveGold(deployments);
    const { Upgraded } = upgraded(toObject);
    await (await deployments.deploy(Upgraded)).actor(Upgraded, 'm').read();
    const third = await deployments.deploy(Upgraded);
    await third.actor(Upgraded, 'm').read();
    @Actor({ name: 'compat-miser' }) class Same {
      @State({ upgrade: (saved) => (typeof saved === 'object' ? (saved as Gold).amount : saved) }) gold = 0;
      @ReadOnly() read(): number { return this.gold; }
    }
    expect(deployments.commits).to.deep.equal([]);
    const fourth = await deployments.deploy(Same);
    expect(await fourth.actor(Same, 'm').read()).to.equal(5);
    expect(deployments.commits).to.have.length(1);
    const fifth = await deployments.deploy(Same);
    expect(await fifth.actor(Same, 'm').read()).to.equal(5);
    expect(deployments.commits).to.deep.equal([]);
  });

  onBothStores('may change the saved object itself', async (deployments) => {
    const { Upgraded: First } = upgraded((saved) => saved);
    await (await deployments.deploy(First)).actor(First, 'm').earn(5);
    const { Upgraded } = upgraded((saved) => Object.assign(saved as Gold, { since: 'v2' }));
    await (await deployments.deploy(Upgraded)).actor(Upgraded, 'm').read();
    expect(await (await deployments.deploy(First)).actor(First, 'm').read()).to.deep.equal({ amount: 5, since: 'v2' });
  });

  onBothStores('of a lazily saved field is saved lazily, at the latest when the activation ends', async (deployments) => {
    await saveGold(deployments);
    const { Upgraded } = upgraded(toObject, 'lazy');
    const second = await deployments.deploy(Upgraded);
    await second.actor(Upgraded, 'm').read();
    expect(deployments.commits).to.deep.equal([]);
    const { Upgraded: Later } = upgraded((saved) => saved);
    expect(await (await deployments.deploy(Later)).actor(Later, 'm').read()).to.deep.equal({ amount: 5 });
  });

  onBothStores('under persistence lazy is saved as all else is: not before the first reply, at the latest when the activation ends', async (deployments) => {
    await saveGold(deployments);
    const { Class, got } = persisting('lazy');
    const second = await deployments.deploy(Class);
    expect(await second.actor(Class, 'm').read()).to.deep.equal({ amount: 5 });
    expect(deployments.commits).to.deep.equal([]);
    await second.actor(Class, 'm').manage.deactivate();
    expect(deployments.commits.map(({ fields }) => [...fields.keys()])).to.deep.equal([['gold']]);
    expect(await second.actor(Class, 'm').read()).to.deep.equal({ amount: 5 });
    expect(got).to.deep.equal([5, { amount: 5 }]);
  });

  onBothStores('under persistence manual is saved by ctx.save() alone: until then it runs on the value of old', async (deployments) => {
    await saveGold(deployments);
    const { Class, got } = persisting('manual');
    const second = await deployments.deploy(Class);
    const miser = second.actor(Class, 'm');
    expect(await miser.earn(1)).to.equal(6);
    await miser.manage.deactivate();
    expect(deployments.commits).to.deep.equal([]);
    expect(await miser.earn(2)).to.equal(7);
    await miser.save();
    expect(deployments.commits.map(({ fields }) => [...fields.keys()])).to.deep.equal([['gold']]);
    await miser.manage.deactivate();
    expect(await miser.read()).to.deep.equal({ amount: 7 });
    expect(got).to.deep.equal([5, 5, { amount: 7 }]);
  });

  onBothStores('is what a turn that throws goes back to', async (deployments) => {
    await saveGold(deployments);
    const { Upgraded } = upgraded(toObject);
    const second = await deployments.deploy(Upgraded);
    expect((await failure(second.actor(Upgraded, 'm').fail())).message).to.equal('too much');
    expect(await second.actor(Upgraded, 'm').read()).to.deep.equal({ amount: 5 });
  });

  onBothStores('changes nothing that is saved when onActivate throws', async (deployments) => {
    await saveGold(deployments);
    @Actor({ name: 'compat-miser' }) class Failing {
      @State({ upgrade: toObject }) gold: unknown;
      onActivate(): void { throw new Error('not today'); }
      read(): unknown { return this.gold; }
    }
    const second = await deployments.deploy(Failing);
    expect((await failure(second.actor(Failing, 'm').read())).message).to.equal('compat-miser/m could not be activated: not today');
    expect(await (await deployments.deploy(Miser)).actor(Miser, 'm').read()).to.equal(5);
  });

  onBothStores('works in components', async (deployments) => {
    const first = await deployments.deploy(Miser);
    await first.actor(Miser, 'm').getComponent(Bag).earn(7);
    @Component({ name: 'bag', isolation: 'inline' }) class NewBag { @State({ upgrade: (saved) => `${String(saved)} coins` }) gold = ''; read(): string { return this.gold; } }
    @Actor({ name: 'compat-miser', components: [NewBag] }) class NewMiser {}
    const second = await deployments.deploy(NewMiser);
    expect(await second.actor(NewMiser, 'm').getComponent(NewBag).read()).to.equal('7 coins');
    expect(deployments.commits.map(({ fields }) => [...fields.keys()])).to.deep.equal([['bag:gold']]);
  });

  const refusals: Readonly<Record<string, readonly [upgrade: Upgrade, initial: unknown, message: string]>> = {
    'throws': [() => { throw new RangeError('no such gold'); }, 0, 'upgrade threw: no such gold'],
    'returns a promise': [() => Promise.reject(new Error('late')), 0, 'upgrade returned a promise; return the value itself, and do what takes time in onActivate'],
    'forgets to return': [() => undefined, 0, 'upgrade returned undefined; return the value of the field, or null for none'],
    'returns a plain object where an instance was': [
      toObject, new Vault(), "upgrade returned a plain object where an instance of 'compat-vault' was expected; return an instance of the class",
    ],
    'returns what cannot be saved': [() => () => 1, 0, 'function (anonymous) cannot be copied or sent; pass data, or a handle to an actor that has the method'],
  };
  for (const [what, [upgrade, initial, message]] of Object.entries(refusals)) {
    onBothStores(`that ${what} fails the activation with a message that names the field, and changes nothing`, async (deployments) => {
      await saveGold(deployments);
      @Actor({ name: 'compat-miser' }) class Broken { @State({ upgrade }) gold = initial; read(): unknown { return this.gold; } }
      const second = await deployments.deploy(Broken);
      const error = await failure(second.actor(Broken, 'm').read());
      expect(error).to.be.instanceOf(ActivationFailedError);
      expect(error.message).to.equal(`compat-miser/m could not be activated: Broken.gold: ${message}`);
      expect(await (await deployments.deploy(Miser)).actor(Miser, 'm').read()).to.equal(5);
    });
  }
});
