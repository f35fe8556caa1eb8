// What becomes of saved state when classes are renamed, or are gone. docs/saved-state.md tells these rules.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Actor, ActivationFailedError, Component, ReadOnly, Serializable, State } from '../../sdk/index.js';
import { failure } from '../support/memory-silo.js';
import { TestProcess } from '../support/processes.js';
import { acquireRedis } from '../support/redis-server.js';
import { onBothStores } from './deployments.js';

/** The class of an earlier version: its instances are saved as `compat-gem-1`, and read as of a class `compat-gem-2`, which nobody has. */
@Serializable('compat-gem-1') class Gem { constructor(public carat = 1) {} }
const GONE = ['compat-gem-1', 'compat-gem-2'] as const;

/** A class before and after it gained a field. */
@Serializable('compat-ring-1') class OldRing { size = 7; }
@Serializable('compat-ring-2') class Ring { size = 0; metal = 'gold'; }

@Actor({ name: 'compat-jeweller' }) class Jeweller {
  @State() best: unknown = null;
  @State() shelf: Record<string, unknown> = {};
  show(): void { this.best = new Gem(3); }
  store(): void { this.shelf = { left: { gems: [new Gem(1), new Gem(2)] } }; }
  @ReadOnly() read(): unknown { return this.best; }
}

describe('saved state', () => {
  onBothStores('is found by the wire names of the actor and its components, whatever their classes are called', async (deployments) => {
    @Component({ name: 'stock', isolation: 'inline' }) class Stock { @State() count = 0; add(n: number): number { return (this.count += n); } }
    @Actor({ name: 'compat-shop', components: [Stock] }) class Shop { @State() sold = 0; sell(): number { return ++this.sold; } }
    const first = await deployments.deploy(Shop);
    await first.actor(Shop, 's').sell();
    await first.actor(Shop, 's').getComponent(Stock).add(5);
    @Component({ name: 'stock', isolation: 'inline' }) class Warehouse { @State() count = 0; add(n: number): number { return (this.count += n); } }
    @Actor({ name: 'compat-shop', components: [Warehouse] }) class Market { @State() sold = 0; sell(): number { return ++this.sold; } }
    const second = await deployments.deploy(Market);
    expect(await second.actor(Market, 's').sell()).to.equal(2);
    expect(await second.actor(Market, 's').getComponent(Warehouse).add(1)).to.equal(6);
  });

  onBothStores('of a class that is renamed together with its default wire name is that of another actor', async (deployments) => {
    @Actor() class CompatOld { @State() n = 0; add(): number { return ++this.n; } }
    await (await deployments.deploy(CompatOld)).actor(CompatOld, 'x').add();
    @Actor() class CompatNew { @State() n = 0; add(): number { return ++this.n; } }
    expect(await (await deployments.deploy(CompatNew)).actor(CompatNew, 'x').add()).to.equal(1);
    @Actor({ name: 'CompatOld' }) class CompatNewer { @State() n = 0; add(): number { return ++this.n; } }
    expect(await (await deployments.deploy(CompatNewer)).actor(CompatNewer, 'x').add()).to.equal(2);
  });

  onBothStores('that holds an instance of a class which no longer exists is refused, naming field and class, and stays as it is', async (deployments) => {
    const first = await deployments.deploy(Jeweller);
    await first.actor(Jeweller, 'field').show();
    await first.actor(Jeweller, 'nested').store();
    deployments.readAs = GONE;
    const second = await deployments.deploy(Jeweller);
    const error = await failure(second.actor(Jeweller, 'field').read());
    expect(error).to.be.instanceOf(ActivationFailedError);
    const wayOut = "and no loaded class is @Serializable('compat-gem-2'); "
      + 'import the class where the actor is, or say how to read it: @State({ upgrade: (saved) => … }), which gets its fields';
    expect(error.message).to.equal(`compat-jeweller/field could not be activated: Jeweller.best: an instance of 'compat-gem-2' was saved, ${wayOut}`);
    expect((await failure(second.actor(Jeweller, 'nested').read())).message)
      .to.equal(`compat-jeweller/nested could not be activated: Jeweller.shelf: an instance of 'compat-gem-2' was saved at Jeweller.shelf.left.gems[0], ${wayOut}`);
    deployments.readAs = undefined;
    expect(await (await deployments.deploy(Jeweller)).actor(Jeweller, 'field').read()).to.deep.equal(new Gem(3));
  });

  onBothStores('of a class which no longer exists is given to upgrade as a plain object of its fields', async (deployments) => {
    await (await deployments.deploy(Jeweller)).actor(Jeweller, 'j').show();
    deployments.readAs = GONE;
    @Actor({ name: 'compat-jeweller' }) class NewJeweller {
      @State({ upgrade: (saved) => (typeof saved === 'object' ? (saved as Gem).carat : saved) }) best = 0;
      @ReadOnly() read(): unknown { return this.best; }
    }
    const second = await deployments.deploy(NewJeweller);
    expect(await second.actor(NewJeweller, 'j').read()).to.equal(3);
    deployments.readAs = undefined;
    expect(await (await deployments.deploy(NewJeweller)).actor(NewJeweller, 'j').read()).to.equal(3);
  });

  onBothStores('of a class that gained a field comes back without it, for no constructor runs, unless upgrade gives it', async (deployments) => {
    @Actor({ name: 'compat-finger' }) class Finger { @State() ring: unknown = null; put(): void { this.ring = new OldRing(); } }
    await (await deployments.deploy(Finger)).actor(Finger, 'f').put();
    deployments.readAs = ['compat-ring-1', 'compat-ring-2'];
    @Actor({ name: 'compat-finger' }) class Bare { @State() ring: Ring | null = null; read(): unknown { return { ...this.ring }; } }
    const second = await deployments.deploy(Bare);
    expect(await second.actor(Bare, 'f').read()).to.deep.equal({ size: 7 });
    @Actor({ name: 'compat-finger' }) class Upgraded {
      @State({ upgrade: (saved: Partial<Ring>) => Object.assign(new Ring(), saved) }) ring: Ring | null = null;
      read(): unknown { return { ...this.ring }; }
    }
    const third = await deployments.deploy(Upgraded);
    expect(await third.actor(Upgraded, 'f').read()).to.deep.equal({ size: 7, metal: 'gold' });
  });

  onBothStores('that is a plain object is refused where the field now begins as an instance, unless upgrade makes one of it', async (deployments) => {
    @Actor({ name: 'compat-plain' }) class Plain { @State() gem: { carat: number } = { carat: 0 }; set(): void { this.gem.carat = 7; } }
    await (await deployments.deploy(Plain)).actor(Plain, 'p').set();
    @Actor({ name: 'compat-plain' }) class Strict { @State() gem = new Gem(); read(): Gem { return this.gem; } }
    const second = await deployments.deploy(Strict);
    expect((await failure(second.actor(Strict, 'p').read())).message).to.equal('compat-plain/p could not be activated: Strict.gem: '
      + "a plain object was saved where an instance of 'compat-gem-1' is expected now; say how to read it: @State({ upgrade: (saved) => … })");
    @Actor({ name: 'compat-plain' }) class Upgraded {
      @State({ upgrade: (saved) => (saved instanceof Gem ? saved : new Gem((saved as Gem).carat)) }) gem = new Gem();
      read(): Gem { return this.gem; }
    }
    const third = await deployments.deploy(Upgraded);
    expect(await third.actor(Upgraded, 'p').read()).to.deep.equal(new Gem(7));
    expect(await (await deployments.deploy(Strict)).actor(Strict, 'p').read()).to.deep.equal(new Gem(7));
  });

  it('survives a deployment that renames every class and keeps the wire names (Redis, a process each)', async () => {
    await using redis = await acquireRedis();
    const cluster = `t-${randomUUID()}`;
    const run = async (version: string): Promise<unknown> => {
      await using process = new TestProcess([fileURLToPath(new URL('./fixtures/run-version.fixture.js', import.meta.url)), redis.url, cluster, version]);
      const { code, stdout, stderr } = await process.ended;
      expect(code, stderr).to.equal(0);
      return JSON.parse(stdout);
    };
    expect(await run('first')).to.deep.equal({ place: { class: 'Place', x: 3, y: 4 }, distance: 5, trips: 1, fuel: 99 });
    expect(await run('second')).to.deep.equal({ place: { class: 'Position', x: 6, y: 8 }, distance: 10, trips: 2, fuel: 98 });
    expect(await run('third')).to.deep.equal({
      error: "compat-ship/s could not be activated: Vessel.place: an instance of 'compat-place' was saved, and no loaded class is @Serializable('compat-place'); "
        + 'import the class where the actor is, or say how to read it: @State({ upgrade: (saved) => … }), which gets its fields',
    });
    expect(await run('second')).to.deep.equal({ place: { class: 'Position', x: 9, y: 12 }, distance: 15, trips: 3, fuel: 97 });
  });
});
