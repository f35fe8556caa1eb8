import { expect } from 'chai';
import { Arena } from '../../examples/arena/actors/arena.js';
import { Bot } from '../../examples/arena/actors/bot.js';
import { Player } from '../../examples/arena/actors/player.js';
import { Health } from '../../examples/arena/components/health.js';
import { Inventory } from '../../examples/arena/components/inventory.js';
import { Movement } from '../../examples/arena/components/movement.js';
import { Vec2 } from '../../examples/arena/shared.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { failure } from '../support/memory-silo.js';
import { arenaClasses } from './arena-classes.js';
import { withBots } from './bots.js';

describe('examples/arena, rules', () => {
  withBots(0);
  let cluster: TestCluster;

  beforeEach(async () => {
    cluster = await startTestCluster({ modules: arenaClasses, gateway: { session: 'player' } });
  });
  afterEach(() => cluster.stop());

  const arena = () => cluster.actor(Arena, 'main');
  const player = (key: string) => cluster.actor(Player, key);
  const viewOf = async (key: string) => (await arena().look(`player/${key}`))!;

  it('moves a player who steers, saves where it is, and takes it out when its client leaves', async () => {
    const client = await cluster.client({ id: 'ada' });
    const start = (await viewOf('ada')).at;
    const movement = client.self<Player>().getComponent<Movement>('Movement');
    await movement.steer(new Vec2(start.x > 800 ? -1 : 1, 0));
    await cluster.clock.advance('1s');
    const end = (await viewOf('ada')).at;
    expect(Math.abs(end.x - start.x)).to.be.closeTo(280, 20);
    expect(end.y).to.equal(start.y);
    expect((await player('ada').getComponent(Movement).stance()).at).to.deep.equal(end);
    await client.close();
    await cluster.clock.advance('1s');
    expect(await arena().look('player/ada')).to.equal(undefined);
  });

  it('hits whoever is within reach of a strike, and nobody again before the pause is over', async () => {
    const [ada, bob] = await Promise.all([cluster.client({ id: 'ada' }), cluster.client({ id: 'bob' })]);
    await player('bob').getComponent(Movement).stop((await viewOf('ada')).at);
    await player('bob').enter();
    await ada.self<Player>().strike();
    await ada.self<Player>().strike();
    expect(await player('bob').getComponent(Health).level()).to.equal(91);
    await cluster.clock.advance('600ms');
    await bob.self<Player>().strike();
    expect(await player('ada').getComponent(Health).level()).to.equal(91);
  });

  it('lets the dead come back after 3 seconds and pays who defeated them', async () => {
    await cluster.client({ id: 'ada' });
    await cluster.client({ id: 'bob' });
    await player('bob').getComponent(Health).damage(1000, 'player/ada');
    expect((await viewOf('bob')).hp).to.equal(0);
    await cluster.clock.advance('100ms');
    expect((await player('ada').getComponent(Inventory).contents()).score).to.equal(10);
    await cluster.clock.advance('2800ms');
    expect((await viewOf('bob')).hp).to.equal(0);
    await cluster.clock.advance('200ms');
    expect((await viewOf('bob')).hp).to.equal(100);
  });

  it('lets those come back too who were down when their actor went away', async () => {
    await cluster.client({ id: 'ada' });
    await player('ada').getComponent(Health).damage(1000, 'lava');
    await player('ada').manage.deactivate();
    await cluster.clock.advance('3100ms');
    expect((await viewOf('ada')).hp).to.equal(100);
  });

  it('turns a medkit into health, once', async () => {
    const ada = (await cluster.client({ id: 'ada' })).self<Player>();
    await player('ada').getComponent(Health).damage(50, 'lava');
    await player('ada').getComponent(Inventory).pickUp('medkit');
    expect(await Promise.all([ada.useMedkit(), ada.useMedkit()])).to.have.members([true, false]);
    expect(await player('ada').getComponent(Health).level()).to.equal(90);
  });

  it('asks its players back in after the arena was away', async () => {
    await cluster.client({ id: 'ada' });
    const { at } = await viewOf('ada');
    await arena().manage.deactivate();
    await cluster.clock.advance('100ms');
    expect((await viewOf('ada')).at).to.deep.equal(at);
  });

  it('lets nobody act for another, nor call what is not public', async () => {
    await cluster.client({ id: 'ada' });
    const bob = await cluster.client({ id: 'bob' });
    const others = bob.actor<Player>('player', 'ada');
    const refusals = await Promise.all([
      failure(others.getComponent<Movement>('Movement').steer(new Vec2(1, 0))),
      failure(others.strike()),
      failure(bob.self<Player>().getComponent<Health>('Health').restore()),
      failure(bob.actor<Arena>('arena', 'main').steer('player/ada', new Vec2(1, 0))),
    ]);
    expect(refusals.map(({ name }) => name)).to.deep.equal(['ForbiddenError', 'ForbiddenError', 'NotPublicError', 'NotPublicError']);
  });
});

describe('examples/arena, bots', () => {
  withBots(12);

  it('wander, fight and gather until somebody has won something', async () => {
    await using cluster = await startTestCluster({ modules: arenaClasses, gateway: { session: 'player' } });
    const before = await cluster.actor(Arena, 'main').look('bot/b1');
    await cluster.clock.advance('60s');
    const after = await cluster.actor(Arena, 'main').look('bot/b1');
    expect(after?.at).to.not.deep.equal(before?.at);
    const keys = Array.from({ length: 12 }, (_, index) => `b${index + 1}`);
    const scores = await Promise.all(keys.map(async (key) => (await cluster.actor(Bot, key).getComponent(Inventory).contents()).score));
    expect(Math.max(...scores)).to.be.greaterThan(0);
  });
});
