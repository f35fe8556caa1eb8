import { expect } from 'chai';
import { LAVA, SPRING } from '../../examples/arena/shared.js';
import { ArenaGame } from './arena-game.js';
import { stage } from './stage.js';

describe('examples/arena, in a browser', function () {
  this.timeout(60_000);
  const on = stage();

  const play = (bots: number): Promise<ArenaGame> => ArenaGame.start(on.browser, on.redis.url, bots);

  it('lets a player join and run by keys, each in its direction', async () => {
    await using game = await play(0);
    const tab = await game.join();
    await tab.walkTo({ x: 800, y: 850 });
    for (const [key, dx, dy] of [['ArrowRight', 1, 0], ['KeyA', -1, 0], ['ArrowUp', 0, -1], ['KeyS', 0, 1]] as const) {
      const start = await tab.own();
      await tab.hold(key, () => tab.ticks(6));
      await tab.standStill();
      const end = await tab.own();
      expect([Math.sign(end.x - start.x), Math.sign(end.y - start.y)], key).to.deep.equal([dx, dy]);
    }
    expect(await tab.page.textContent('#name')).to.match(/^\w+ \w+$/);
    await tab.until('a latency is shown', () => /^[\d.]+ ms$/.test(document.getElementById('latency')!.textContent), undefined);
  });

  it('takes health in lava and gives it back in the spring', async () => {
    await using game = await play(0);
    const tab = await game.join();
    await tab.recordHealth();
    await tab.walkInto(LAVA[0]!);
    await tab.until('the lava has burnt', () => window.healthChanges!.some(({ from, to }) => to < from), undefined);
    await tab.walkInto(SPRING);
    await tab.until('the spring has healed', ({ x, y, radius }) => window.healthChanges!.some((each) => each.from > 0 && each.to > each.from && Math.hypot(each.x - x, each.y - y) <= radius), SPRING);
    await tab.until('the page shows how much is left', () => {
      const own = window.arena!.state()!.fighters.find(({ id }) => id === window.arena!.me);
      return document.getElementById('hp')!.textContent === `${own!.hp} / 100`;
    }, undefined);
  });

  it('shows who died and how many, also to a page that comes later, and brings them back', async () => {
    await using game = await play(0);
    const tab = await game.join();
    await tab.walkInto(LAVA[0]!);
    await tab.until('the player is down', () => document.getElementById('hp')!.textContent === 'down', undefined, 30_000);
    const isListed = ([count, name]: readonly [string, string | null]) => document.getElementById('deaths')!.textContent === count
      && [...document.querySelectorAll('#feed li')].map(({ textContent }) => textContent).join() === `the lava got ${name}`;
    const listed = ['1', await tab.page.textContent('#name')] as const;
    await tab.until('the page lists it', isListed, listed);
    expect(await tab.page.textContent('#notice')).to.equal('The lava got you. Back in 3 seconds.');
    await tab.until('the player is back', () => document.getElementById('hp')!.textContent === '100 / 100', undefined);
    const later = await game.join();
    await later.until('the other page lists it', isListed, listed);
    const folder = process.env['ARENA_SCREENSHOTS'];
    if (folder) await later.page.screenshot({ path: `${folder}/death.png` });
  });

  it('shows a second tab as another player, whom neither can move for the other, and who is gone within 5 s of closing it', async () => {
    await using game = await play(0);
    const ada = await game.join();
    const bob = await game.join();
    expect(ada.me).to.not.equal(bob.me);
    const isThere = (id: string): boolean => window.arena!.state()!.fighters.some((fighter) => fighter.id === id);
    await ada.until('Ada sees Bob', isThere, bob.me);
    await ada.walkTo({ x: 800, y: 850 });
    const { x, y } = await ada.own();
    await bob.until('Bob sees Ada where she is', (ada) => window.arena!.state()!.fighters.some(({ id, x, y }) => id === ada.id && x === ada.x && y === ada.y), { id: ada.me, x, y });

    const refusal = await bob.page.evaluate((key) => {
      const movement = window.arena!.client.actor('player', key).getComponent<{ steer(way: object): void }>('Movement');
      return movement.steer({ x: 1, y: 0 }).then(() => 'moved', (error: Error) => error.name);
    }, ada.me.replace('player/', ''));
    expect(refusal).to.equal('ForbiddenError');
    await bob.ticks(10);
    expect(await bob.figure(ada.me)).to.include({ x, y });

    await bob.page.close();
    await ada.until('Bob is gone', (id) => !window.arena!.state()!.fighters.some((fighter) => fighter.id === id), bob.me, 5_000);
  });

  it('reconnects by itself when the silo is restarted, and the player is where it was, with what it had', async () => {
    await using game = await play(0);
    const tab = await game.join();
    await tab.gatherCoin();
    // Neither lava nor spring is near: health stays as it is. Items that it ran over may still be on their way into its inventory.
    await tab.walkTo({ x: 800, y: 850 });
    const before = await tab.own();
    const silo = await tab.silo();

    await game.stop();
    await tab.until('the page says that it reconnects', () => !document.getElementById('overlay')!.hidden && /reconnecting/.test(document.getElementById('overlay-text')!.textContent), undefined);
    await game.start();
    await tab.until('the page is back', () => document.getElementById('overlay')!.hidden, undefined);
    await tab.until('the new silo answers', (old) => ![old, undefined].includes(window.arena!.client.lastSilo(window.arena!.client.self())), silo);
    await tab.until('the player is in the arena', () => window.arena!.state()?.fighters.some(({ id }) => id === window.arena!.me), undefined);
    const after = await tab.own();
    const { id, x, y, hp } = before;
    expect(after).to.include({ id, x, y, hp });
    expect(before.score).to.be.greaterThan(0);
    expect(after.score).to.be.at.least(before.score);
    expect(after.medkits).to.be.at.least(before.medkits);
    await tab.hold('ArrowUp', () => tab.until('the keys work again', (y) => window.arena!.state()!.fighters.some((own) => own.id === window.arena!.me && own.y !== y), before.y));
  });

  it('shows bots that move and fight, and tabs that see each other strike', async () => {
    await using game = await play(8);
    const ada = await game.join();
    const bob = await game.join();
    await bob.until('eight bots', () => document.getElementById('count')!.textContent === '2 players, 8 bots', undefined);
    await ada.until('a fight among bots', () => window.arena!.state()!.fighters.some(({ hp }) => hp < 100), undefined, 30_000);
    await ada.until('Ada is alive', () => parseInt(document.getElementById('hp')!.textContent, 10) > 0, undefined);
    await ada.page.bringToFront();
    await ada.page.keyboard.press('Space');
    await bob.until('Bob sees Ada strike', (id) => window.arena!.state()!.fighters.some((fighter) => fighter.id === id && fighter.strikes > 0), ada.me);
    const path = process.env['ARENA_SCREENSHOT'];
    if (path) await bob.page.screenshot({ path });
  });
});
