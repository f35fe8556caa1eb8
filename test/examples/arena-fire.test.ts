import { expect } from 'chai';
import { Arena } from '../../examples/arena/actors/arena.js';
import { Player } from '../../examples/arena/actors/player.js';
import { Health } from '../../examples/arena/components/health.js';
import { Movement } from '../../examples/arena/components/movement.js';
import { LAVA, Snapshot, SPRING, Vec2 } from '../../examples/arena/shared.js';
import { ComponentCrashedError } from '../../sdk/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { arenaClasses } from './arena-classes.js';
import { withBots } from './bots.js';

const LAVA_SPOT = new Vec2(LAVA[0]!.x, LAVA[0]!.y);
const SPRING_SPOT = new Vec2(SPRING.x, SPRING.y);
const MEADOW = new Vec2(800, 850);

describe('examples/arena, fire', () => {
  withBots(0);
  let cluster: TestCluster;

  beforeEach(async () => {
    cluster = await startTestCluster({ modules: arenaClasses, gateway: { session: 'player' } });
    await cluster.client({ id: 'ada' });
  });
  afterEach(() => cluster.stop());

  const ada = () => cluster.actor(Player, 'ada');
  const hp = () => ada().getComponent(Health).level();
  const parts = () => ada().parts();
  const put = async (at: Vec2): Promise<void> => {
    await ada().getComponent(Movement).stop(at);
    await ada().enter();
  };
  const burning = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const fighter of cluster.findActors({ tag: 'burning' })) found.push(String(fighter));
    return found;
  };
  /** Stands in lava until it burns, then outside of it. */
  const catchFire = async (): Promise<void> => {
    await put(LAVA_SPOT);
    await cluster.clock.advance('500ms');
    await put(MEADOW);
  };

  it('begins in lava as a component more, by whose tag the fighter is found', async () => {
    expect([await parts(), await burning()]).to.deep.equal([['Movement', 'Health', 'Inventory'], []]);
    await catchFire();
    expect([await parts(), await burning()]).to.deep.equal([['Movement', 'Health', 'Inventory', 'Burning'], ['player/ada']]);
    expect(await ada().burning()).to.deep.equal(['player/ada']);
  });

  it('hurts for 3 seconds, wherever its fighter runs, and goes out by itself', async () => {
    await catchFire();
    await cluster.clock.advance('500ms');
    expect(await hp()).to.equal(96);
    await cluster.clock.advance('2500ms');
    expect(await hp()).to.equal(76);
    await cluster.clock.advance('500ms');
    expect([await parts(), await burning()]).to.deep.equal([['Movement', 'Health', 'Inventory'], []]);
    await cluster.clock.advance('5s');
    expect(await hp()).to.equal(76);
  });

  it('is one fire, however often its fighter catches it, and lava feeds it', async () => {
    await Promise.all([ada().ignite(), ada().ignite(), ada().ignite()]);
    expect(await parts()).to.deep.equal(['Movement', 'Health', 'Inventory', 'Burning']);
    await cluster.clock.advance('2s');
    await put(LAVA_SPOT);
    await cluster.clock.advance('500ms');
    await put(MEADOW);
    const before = await hp();
    await cluster.clock.advance('3s');
    expect(await hp()).to.equal(before - 24);
    expect(await parts()).to.deep.equal(['Movement', 'Health', 'Inventory', 'Burning']);
    await cluster.clock.advance('500ms');
    expect(await parts()).to.deep.equal(['Movement', 'Health', 'Inventory']);
  });

  it('is shown to all, and put out by the spring', async () => {
    await catchFire();
    const isShown = async (): Promise<boolean | undefined> => (await cluster.actor(Arena, 'main').look('player/ada'))?.burning;
    expect(await isShown()).to.equal(true);
    await put(SPRING_SPOT);
    await cluster.clock.advance('600ms');
    expect([await isShown(), await parts()]).to.deep.equal([false, ['Movement', 'Health', 'Inventory']]);
  });

  it('ends with its fighter, who comes back without it', async () => {
    await catchFire();
    await ada().getComponent(Health).damage(1000, 'lava');
    await cluster.clock.advance('3100ms');
    expect([await hp(), await parts()]).to.deep.equal([100, ['Movement', 'Health', 'Inventory']]);
  });

  it('burns on after its fighter has slept', async () => {
    await ada().ignite();
    await cluster.clock.advance('1s');
    await ada().manage.deactivate();
    expect(await parts()).to.include('Burning');
    await cluster.clock.advance('2s');
    expect(await hp()).to.equal(76);
    await cluster.clock.advance('500ms');
    expect(await parts()).to.not.include('Burning');
  });

  it('lets the dead come back though Health is away when their time has come', async () => {
    const { restore } = Health.prototype;
    let tries = 0;
    Health.prototype.restore = () => {
      tries += 1;
      throw new ComponentCrashedError('away');
    };
    try {
      await ada().getComponent(Health).damage(1000, 'lava');
      await cluster.clock.advance('3100ms');
      expect([tries, await hp()]).to.deep.equal([1, 0]);
    } finally {
      Health.prototype.restore = restore;
    }
    await cluster.clock.advance('1s');
    expect(await hp()).to.equal(100);
  });
});

describe('examples/arena, fire on three silos', () => {
  withBots(0);

  it("burns on elsewhere after kill -9 of its fighter's silo, and goes out there", async () => {
    await using cluster = await startTestCluster({ silos: 3, seed: 11, modules: arenaClasses });
    const ada = cluster.actor(Player, 'ada');
    await ada.ignite();
    await cluster.clock.advance('1s');
    const home = (await ada.manage.activation())!.silo;
    cluster.kill(home);
    await cluster.clock.advance('10s');
    expect(await ada.parts()).to.include('Burning');
    expect((await ada.manage.activation())!.silo).to.not.equal(home);
    const before = await ada.getComponent(Health).level();
    await cluster.clock.advance('10s');
    expect(await ada.getComponent(Health).level()).to.be.lessThan(before);
    expect(await ada.parts()).to.not.include('Burning');
    expect(await ada.getComponent(Health).level()).to.equal(76);
  });

  it('lets who died in the lava come back elsewhere: nobody sees it alive where it died', async () => {
    await using cluster = await startTestCluster({ silos: 3, seed: 11, modules: arenaClasses, gateway: { session: 'player' } });
    const client = await cluster.client({ id: 'ada' }, 's1');
    for (const { name } of cluster.silos) cluster.delay(name, 'store', 40);
    const ada = cluster.actor(Player, 'ada');
    await cluster.clock.until(ada.getComponent(Movement).stop(LAVA_SPOT));
    await cluster.clock.until(ada.enter());
    await cluster.clock.until(ada.getComponent(Health).damage(1000, 'lava'));
    await cluster.clock.advance('200ms');
    const seen: [alive: boolean, inLava: boolean][] = [];
    await cluster.clock.until(client.actor<Arena>('arena', 'main').on(Snapshot, ({ fighters: [own] }) => {
      if (own) seen.push([own[3] > 0, own[1] === LAVA_SPOT.x && own[2] === LAVA_SPOT.y]);
    }));
    await cluster.clock.advance('5s');
    expect(seen[0]).to.deep.equal([false, true]);
    expect(seen.at(-1)).to.deep.equal([true, false]);
    expect(seen.filter(([alive, inLava]) => alive === inLava)).to.deep.equal([]);
    expect(await cluster.clock.until(ada.parts())).to.not.include('Burning');
  });
});
