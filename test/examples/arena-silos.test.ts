import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Arena } from '../../examples/arena/actors/arena.js';
import { Snapshot, Vec2 } from '../../examples/arena/shared.js';
import { World } from '../../examples/arena/world.js';
import { connect } from '../../sdk/client/index.js';
import { startSilo } from '../../silo/index.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { phase } from '../state/phase.js';
import { acquireRedis } from '../support/redis-server.js';
import { arenaClasses } from './arena-classes.js';
import { withBots } from './bots.js';

/** The silo of each fighter, as a snapshot shows it. */
function silosOf({ fighters, silos }: Snapshot): ReadonlyMap<string, string | undefined> {
  return new Map(fighters.map(([id, , , , , , , silo]) => [id, silos[silo]]));
}

describe('examples/arena, silos', () => {
  const look = { at: new Vec2(), heading: new Vec2(), hp: 100, score: 0, medkits: 0, burning: false };

  it("shows on which silo each fighter's actor runs, and nothing of one that has not said", () => {
    const world = new World();
    for (const id of ['player/ada', 'player/bob', 'player/cem']) world.enter(id, look);
    world.get('player/ada')!.silo = 'a';
    world.get('player/bob')!.silo = 'b';
    world.enter('player/bob', look);
    const snapshot = world.snapshot(1);
    expect(snapshot.silos).to.deep.equal(['a', 'b']);
    expect([...silosOf(snapshot).values()]).to.deep.equal(['a', 'b', undefined]);
  });

  describe('on one silo', () => {
    withBots(2);

    it('learns it from the fighters themselves', async () => {
      await using cluster = await startTestCluster({ modules: arenaClasses, gateway: { session: 'player' } });
      const client = await cluster.client({ id: 'ada' });
      let latest: Snapshot | undefined;
      await client.actor<Arena>('arena', 'main').on(Snapshot, (snapshot) => { latest = snapshot; });
      await cluster.clock.advance('2s');
      await phase('a snapshot is there', () => latest !== undefined);
      expect(new Set(silosOf(latest!).values())).to.deep.equal(new Set(latest!.silos));
      expect(latest!.silos).to.have.length(1);
    });
  });

  describe('on two silos', () => {
    withBots(16);

    it('runs bots on both, who fight in one arena', async function () {
      this.timeout(60_000);
      await using redis = await acquireRedis();
      const options = {
        modules: arenaClasses, redis: redis.url, cluster: `arena-${randomUUID()}`, log: 'silent', gateway: { port: 0, authenticate: 'anonymous' },
      } as const;
      await using first = await startSilo(options);
      const met = new Promise((resolve) => first.on('member-joined', resolve));
      await using second = await startSilo(options);
      await met;
      await first.actor(Arena, 'main').look('nobody');
      const home = (await first.actor(Arena, 'main').manage.activation())!.silo;
      const client = await connect((home === first.id ? second : first).gatewayAddress!);
      try {
        const seen = new Promise<Snapshot>((resolve) => {
          void client.actor<Arena>('arena', 'main').on(Snapshot, (snapshot) => {
            if (snapshot.silos.length === 2 && silosOf(snapshot).size === 16 && ![...silosOf(snapshot).values()].includes(undefined)) resolve(snapshot);
          });
        });
        const snapshot = await seen;
        expect([...snapshot.silos].sort()).to.deep.equal([first.id, second.id].sort());
        expect(client.lastSilo(client.actor('arena', 'main'))).to.equal(home);
      } finally {
        await client.close();
      }
    });
  });
});
