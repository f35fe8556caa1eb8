// The arena on three silos, and a player in a real page whose silos are killed.
import { expect } from 'chai';
import { MAX_HP, SPRING } from '../../examples/arena/shared.js';
import { ArenaFleet, type Seats } from './arena-fleet.js';
import type { ArenaTab } from './arena-tab.js';
import { stage } from './stage.js';

/** A player who can be told from a new one: it has gathered something, and stands where nothing happens, with nothing left of the lava on its way. */
async function settle(tab: ArenaTab): Promise<void> {
  do {
    await tab.gatherCoin();
    await tab.walkInto(SPRING);
    await tab.until('the spring has healed the player', (full) => {
      const own = window.arena!.state()?.fighters.find(({ id }) => id === window.arena!.me);
      return own && own.hp === full && !own.burning;
    }, MAX_HP, 30_000);
    // It may have died in the lava, and have come back elsewhere with nothing.
  } while ((await tab.own()).score === 0);
  await tab.walkTo({ x: 800, y: 850 });
}

/** How the page marks the player's silo. */
function mark(tab: ArenaTab): Promise<string | undefined> {
  return tab.page.evaluate(() => {
    const { fighters, silos } = window.arena!.state()!;
    return silos[fighters.find(({ id }) => id === window.arena!.me)!.silo];
  });
}

describe('examples/arena on three silos, in a browser', function () {
  this.timeout(120_000);
  const on = stage();

  const cases: readonly (readonly [what: string, dies: keyof Seats])[] = [
    ["its own actor's silo", 'player'],
    ["its gateway's silo", 'gateway'],
    ["the arena's silo", 'arena'],
  ];
  for (const [what, dies] of cases) {
    it(`goes on with the same player after kill -9 of ${what}`, async () => {
      await using fleet = await ArenaFleet.start(on.browser, on.redis.url, 0);
      const { tab, seats } = await fleet.join((each) => Object.entries(each).every(([seat, silo]) => seat === dies || silo !== each[dies]));
      await settle(tab);
      await tab.until('the page marks where the player is', (silo) => {
        const { fighters, silos } = window.arena!.state()!;
        return silos[fighters.find(({ id }) => id === window.arena!.me)!.silo] === silo;
      }, seats.player);
      const before = await tab.own();

      await fleet.kill(seats[dies]);
      // Held down, as by somebody who plays on: the page says it again to whoever knows nothing of it.
      await tab.hold('ArrowUp', () => tab.until('the player runs again', (y) => {
        const own = window.arena!.state()?.fighters.find(({ id }) => id === window.arena!.me);
        return document.getElementById('overlay')!.hidden && own && own.y < y - 100;
      }, before.y, 30_000));
      await tab.until('the page marks a silo that lives', (dead) => {
        const { fighters, silos } = window.arena!.state()!;
        const silo = silos[fighters.find(({ id }) => id === window.arena!.me)?.silo ?? -1];
        return silo !== undefined && silo !== dead;
      }, seats[dies]);
      const after = await tab.own();
      expect({ id: after.id, hp: after.hp }).to.deep.equal({ id: before.id, hp: before.hp });
      expect(before.score).to.be.greaterThan(0);
      expect(after.score).to.be.at.least(before.score);
      if (dies !== 'player') expect(await mark(tab), 'its own actor has stayed').to.equal(seats.player);
      const folder = process.env['ARENA_SCREENSHOTS'];
      if (folder) await tab.page.screenshot({ path: `${folder}/after-${dies}.png` });
    });
  }
});
