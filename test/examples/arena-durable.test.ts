// Deaths, loot and points over kills: whoever dies between the death and what follows from it, each follows once.
import { expect } from 'chai';
import type { Arena } from '../../examples/arena/actors/arena.js';
import { Player } from '../../examples/arena/actors/player.js';
import { Scoreboard } from '../../examples/arena/actors/scoreboard.js';
import { Health } from '../../examples/arena/components/health.js';
import { Inventory } from '../../examples/arena/components/inventory.js';
import { Fell, Snapshot } from '../../examples/arena/shared.js';
import options from '../../examples/arena/silo.js';
import { LinkLostError, SiloUnavailableError } from '../../sdk/index.js';
import type { Client } from '../../sdk/client/index.js';
import { startTestCluster, type ProcessCluster, type TestCluster } from '../../silo/testing/index.js';
import { happens } from '../support/happens.js';
import { acquireRedis } from '../support/redis-server.js';
import { arenaClasses } from './arena-classes.js';
import { withBots } from './bots.js';

const FIGHTERS = ['ann', 'ben', 'cem'];
const COINS = 14;

type Cluster = TestCluster | ProcessCluster;

/** They are not in the arena (nobody is connected as them), and so gather nothing but what they win. */
const fighter = (t: Cluster, key: string) => t.actor(Player, key);
const score = async (t: Cluster, key: string): Promise<number> => (await fighter(t, key).getComponent(Inventory).contents()).score;

/** Made again while it is known that it may be. For reads and calls with a key. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof SiloUnavailableError || error instanceof LinkLostError)) throw error;
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }
}

/** The `round`th death, of one fighter by the next. */
function kill(t: Cluster, round: number): Promise<number> {
  const [victim, by] = [FIGHTERS[round % 3]!, FIGHTERS[(round + 1) % 3]!];
  return insist(() => fighter(t, victim).getComponent(Health).with({ idempotencyKey: `round ${round}` }).damage(1000, `player/${by}`));
}

/** Where one of those sits to whom it happens: by turns the scoreboard, who died, who won, the arena. */
async function seat(t: Cluster, round: number): Promise<string | undefined> {
  const seats = [t.actor(Scoreboard, 'main'), fighter(t, FIGHTERS[round % 3]!), fighter(t, FIGHTERS[(round + 1) % 3]!), t.actor<Arena>('arena', 'main')];
  return (await insist(() => seats[round % 4]!.manage.activation()))?.silo;
}

/** How many coins lie about that were not there from the beginning. */
async function loot(client: Client): Promise<() => number> {
  let coins = COINS;
  await client.actor<Arena>('arena', 'main').on(Snapshot, ({ items }) => (coins = items.filter(([kind]) => kind === 'coin').length));
  return () => coins - COINS;
}

describe('examples/arena, deaths over kills', () => {
  withBots(0);

  for (const seed of [1, 2, 3]) {
    it(`counts each once, and pays and drops once, whichever silo is killed after it (in memory, seed ${seed})`, async () => {
      await using t = await startTestCluster({ modules: arenaClasses, silos: 3, seed, log: 'silent' });
      const through = <T>(call: Promise<T>): Promise<T> => t.clock.until(call);
      // A commit takes its time: what follows from a death is spread over some tenths of a second, and the kills are too.
      for (const { name } of t.silos) t.delay(name, 'store', 10);
      const rounds = 9;
      for (let round = 0; round < rounds; round++) {
        const home = await through(seat(t, round));
        expect(await through(kill(t, round))).to.equal(0);
        await t.clock.advance(1 + ((53 * round * seed) % 240));
        t.kill(home ?? 's2');
        await t.clock.advance('8s');
        await t.restart(home ?? 's2');
        expect(await through(insist(() => fighter(t, FIGHTERS[round % 3]!).getComponent(Health).level())), 'is back').to.equal(100);
      }
      await t.clock.advance('30s');
      const last = await through(t.actor(Scoreboard, 'main').last());
      expect(last.map(({ number }) => number)).to.deep.equal([4, 5, 6, 7, 8, 9]);
      const scores = await through(Promise.all(FIGHTERS.map((key) => score(t, key))));
      // A client without a player: nobody picks anything up.
      const onTheGround = await through(t.client({ id: 'eve' }).then(loot));
      await t.clock.advance('1s');
      // The first to die has nothing yet, all others have won before.
      expect(onTheGround()).to.equal(5 * (rounds - 1));
      expect(scores.reduce((sum, each) => sum + each, onTheGround())).to.equal(10 * rounds);
      expect(await through(t.deadLetters.count())).to.equal(0);
    });
  }
});

describe('examples/arena, deaths over kill -9 of real silos', function () {
  this.timeout(120_000);
  withBots(0);

  it('counts each once, pays once, and shows each to a page that is connected elsewhere', async () => {
    await using redis = await acquireRedis();
    await using t = await startTestCluster({ silos: 3, modules: options.modules, redis: redis.url, gateway: { session: 'player' }, log: 'silent' });
    const client = await t.client({ id: 'eve' }, 's1');
    const seen = new Set<number>();
    const scoreboard = client.actor<Scoreboard>('scoreboard', 'main');
    const catchUp = (): void => void insist(() => scoreboard.last()).then((last) => last.forEach(({ number }) => seen.add(number)));
    await scoreboard.on(Fell, ({ number }) => seen.add(number), { onGap: catchUp });
    const rounds = 3;
    for (let round = 0; round < rounds; round++) {
      const home = await seat(t, round);
      expect(await kill(t, round)).to.equal(0);
      // The page's own silo stays: the others take turns.
      const victim = t.silos.find(({ siloId, name }) => siloId === home && name !== 's1')?.name ?? 's2';
      await t.kill(victim);
      await t.restart(victim);
      await happens(t, 'the dead one is back', async () => (await insist(() => fighter(t, FIGHTERS[round % 3]!).getComponent(Health).level())) === 100);
    }
    const sum = async (): Promise<number> => (await Promise.all(FIGHTERS.map((key) => insist(() => score(t, key))))).reduce((all, each) => all + each);
    // Each but the first to die had 10 points, and lost five of them.
    const rest = 10 * rounds - 5 * (rounds - 1);
    await happens(t, 'all is paid', async () => (await sum()) === rest);
    await happens(t, 'the page has seen all', () => seen.size === rounds);
    expect([...seen].sort()).to.deep.equal([1, 2, 3]);
    await t.clock.advance('2s');
    expect([await sum(), (await insist(() => t.actor(Scoreboard, 'main').last())).at(-1)!.number, await t.deadLetters.count()], 'and nothing twice').to.deep.equal([rest, rounds, 0]);
  });
});
