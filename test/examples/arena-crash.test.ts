// The arena as its silo runs it: from files, so that Health is in a thread, which here dies.
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Arena } from '../../examples/arena/actors/arena.js';
import { Player } from '../../examples/arena/actors/player.js';
import { Burning } from '../../examples/arena/components/burning.js';
import { Health } from '../../examples/arena/components/health.js';
import type { Inventory } from '../../examples/arena/components/inventory.js';
import { Movement } from '../../examples/arena/components/movement.js';
import { MISHAPS, type Mishap } from '../../examples/arena/mishaps.js';
import { BODY, Snapshot, Vec2, WORLD } from '../../examples/arena/shared.js';
import options from '../../examples/arena/silo.js';
import { ComponentCrashedError, InvalidArgumentError, RemoteError } from '../../sdk/index.js';
import { connect, type Client } from '../../sdk/client/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { phase } from '../state/phase.js';
import { failure } from '../support/memory-silo.js';
import { withBots } from './bots.js';

/** On a busy machine a thread may take longer to fill its memory than one turn may block it. */
const MESSAGES: Readonly<Record<Mishap, RegExp>> = {
  throw: /thrown where nobody catches it/, exit: /exited with code 7/, loop: /\(turnLimit\)/, memory: /\(memoryLimitMb\)|\(turnLimit\)/,
};

describe('examples/arena, a crash', function () {
  this.timeout(60_000);
  withBots(0);
  let silo: Silo;
  let client: Client;
  let key: string;

  beforeEach(async () => {
    silo = await startSilo({ ...options, cluster: `arena-${randomUUID()}`, gateway: { ...options.gateway!, port: 0 }, log: 'silent' });
    client = await connect(silo.gatewayAddress!);
    key = client.self<Player>().id.key;
    // Neither lava nor spring is near, and at once it stands at the arena's edge.
    await silo.actor(Player, key).getComponent(Movement).stop(new Vec2(800, WORLD.height - BODY));
    await silo.actor(Player, key).enter();
    await silo.actor(Player, key).getComponent(Health).damage(30, 'test');
  });
  afterEach(async () => {
    await client.close();
    await silo.stop();
  });

  const me = () => client.self<Player>();
  const health = () => me().getComponent<Health>('Health');
  const other = () => silo.actor(Player, 'other').getComponent(Health);

  for (const how of Object.keys(MISHAPS) as Mishap[]) {
    it(`of Health (${how}) says how it died, and leaves health as it was committed last`, async () => {
      await other().damage(10, 'test');
      const crash = await failure(health().crash(how));
      expect(crash).to.be.instanceOf(ComponentCrashedError);
      expect(crash.message).to.match(MESSAGES[how]);
      expect([await health().level(), await other().level()]).to.deep.equal([70, 90]);
      await silo.actor(Player, key).getComponent(Health).damage(1, 'test');
      expect(await health().level()).to.equal(69);
    });
  }

  it('of Health leaves its actor, its siblings and the arena answering while it hangs, and the ticks coming', async () => {
    const ticks = new Set<number>();
    await client.actor<Arena>('arena', 'main').on(Snapshot, ({ tick }) => ticks.add(tick));
    let isAway = true;
    const crash = failure(health().crash('loop')).finally(() => { isAway = false; });
    const movement = me().getComponent<Movement>('Movement');
    const inventory = me().getComponent<Inventory>('Inventory');
    await movement.steer(new Vec2(0, 1));
    expect((await movement.stance()).heading).to.deep.equal(new Vec2(0, 1));
    expect(await inventory.contents()).to.deep.equal({ score: 0, medkits: 0 });
    await me().ping();
    expect(await silo.actor<Arena>('arena', 'main').look(String(me()))).to.deep.include({ hp: 70 });
    expect(isAway, 'all that was answered while Health hung').to.equal(true);
    const before = ticks.size;
    expect(await crash).to.be.instanceOf(ComponentCrashedError);
    expect(ticks.size, 'ticks while it hung').to.be.greaterThan(before);
    expect(await health().level()).to.equal(70);
  });

  it('can be had of the own Health only, in the ways that there are', async () => {
    const stranger = await connect(silo.gatewayAddress!);
    try {
      const theirs = stranger.actor<Player>('player', key).getComponent<Health>('Health');
      expect((await failure(theirs.crash('exit'))).name).to.equal('ForbiddenError');
      expect(await failure(health().crash('rm -rf' as Mishap))).to.be.instanceOf(InvalidArgumentError);
      expect(await theirs.level()).to.equal(70);
    } finally {
      await stranger.close();
    }
  });

  it('of Health, five times within a minute, degrades it and nothing else: fighters run, fires are put out, new players connect', async () => {
    const player = silo.actor(Player, key);
    await player.ignite();
    const crashes: Error[] = [];
    while (crashes.length < 5) crashes.push(await failure(health().crash('exit')));
    expect(crashes.map(({ name }) => name)).to.deep.equal(Array.from({ length: 5 }, () => 'ComponentCrashedError'));
    expect((await failure(health().level())).message).to.match(/^Health is degraded until /);
    await me().getComponent<Movement>('Movement').steer(new Vec2(0, -1));
    await phase('it runs', async () => (await silo.actor<Arena>('arena', 'main').look(String(me())))!.at.y < WORLD.height - 50);
    await player.getComponent(Burning).quench();
    expect(await player.parts()).to.not.include('Burning');
    const stranger = await connect(silo.gatewayAddress!);
    try {
      await stranger.self<Player>().ping();
      expect(stranger.state).to.equal('connected');
    } finally {
      await stranger.close();
    }
  });

  it('of Health takes nothing from a fire, which goes on to burn in a thread of its own', async () => {
    const player = silo.actor(Player, key);
    await player.ignite();
    const crash = failure(health().crash('loop'));
    expect(await player.parts()).to.include('Burning');
    expect(await crash).to.be.instanceOf(ComponentCrashedError);
    expect(await crash).to.not.be.instanceOf(RemoteError);
    expect(await player.parts()).to.include('Burning');
    const threads = silo.statistics().threads.map(({ component, crashes }) => [component, crashes]);
    expect(threads).to.deep.include.members([['Health', 1], ['Burning', 0]]);
  });
});
