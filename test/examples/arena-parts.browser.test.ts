// What a player sees of its components: the fire that comes and goes, and the button that crashes one of them.
import { expect } from 'chai';
import { BODY, LAVA, WORLD } from '../../examples/arena/shared.js';
import { ArenaGame } from './arena-game.js';
import type { ArenaTab } from './arena-tab.js';
import { stage } from './stage.js';

const MEADOW = { x: 800, y: 850 };

/** How many pixels of the brightest fire are drawn where a figure stands, or would. Lava itself is darker. */
function fieryPixels(tab: ArenaTab, at: { readonly x: number; readonly y: number }): Promise<number> {
  return tab.page.evaluate(([x, y, width, height, body]) => {
    const margin = 34;
    const canvas = document.getElementById('world') as HTMLCanvasElement;
    const scale = Math.min(canvas.width / (width + 2 * margin), canvas.height / (height + 2 * margin));
    const [left, top] = [(canvas.width - width * scale) / 2 + (x - body) * scale, (canvas.height - height * scale) / 2 + (y - body) * scale];
    const { data } = canvas.getContext('2d')!.getImageData(left, top, 2 * body * scale, 2 * body * scale);
    let count = 0;
    for (let n = 0; n < data.length; n += 4) if (data[n]! > 220 && data[n + 1]! > 190 && data[n + 1]! < 235 && data[n + 2]! > 110 && data[n + 2]! < 180) count += 1;
    return count;
  }, [at.x, at.y, WORLD.width, WORLD.height, BODY] as const);
}

const parts = (tab: ArenaTab): Promise<readonly string[]> => tab.page.locator('#parts .who').allTextContents();

describe("examples/arena, a player's components in a browser", function () {
  this.timeout(60_000);
  const on = stage();

  it('shows the fire that lava gives: flames, a component more, one who burns; and nothing of it when it is out', async () => {
    await using game = await ArenaGame.start(on.browser, on.redis.url, 0);
    const tab = await game.join();
    await tab.walkTo(MEADOW);
    expect(await fieryPixels(tab, await tab.own())).to.be.lessThan(15);
    await tab.walkInto(LAVA[0]!);
    await tab.until('it burns, as a component and by its tag', () => document.getElementById('burning')!.textContent === '1 burning' && document.getElementById('parts')!.textContent.includes('Burning'), undefined);
    await tab.ticks(3);
    expect(await fieryPixels(tab, await tab.own())).to.be.greaterThan(40);
    expect(await fieryPixels(tab, LAVA[1]!), 'of lava alone').to.equal(0);
    const folder = process.env['ARENA_SCREENSHOTS'];
    await tab.walkTo({ x: LAVA[0]!.x, y: 500 });
    if (folder) await tab.page.screenshot({ path: `${folder}/burning.png` });
    await tab.until('it is out', () => document.getElementById('burning')!.textContent === '' && !document.getElementById('parts')!.textContent.includes('Burning'), undefined);
    await tab.ticks(3);
    expect(await fieryPixels(tab, await tab.own())).to.be.lessThan(15);
    expect(await parts(tab)).to.deep.equal(['Movement', 'Health', 'Inventory']);
    expect((await tab.own()).hp).to.be.lessThan(100);
  });

  it('crashes Health by a button, in each way: shows how it died, who answered meanwhile, and health as before', async () => {
    await using game = await ArenaGame.start(on.browser, on.redis.url, 0);
    const tab = await game.join();
    await game.join();
    await tab.until('both have said where they run', () => {
      const { fighters } = window.arena!.state()!;
      return fighters.length === 2 && fighters.every(({ silo }) => silo === 0);
    }, undefined);
    await tab.page.bringToFront();
    for (const [how, why] of [['throw', /nobody catches it$/], ['exit', /exited with code 7$/], ['loop', /\(turnLimit\)$/], ['memory', /\((memoryLimitMb|turnLimit)\)$/]] as const) {
      await tab.page.selectOption('#mishap', how);
      await tab.page.click('#crash');
      await tab.until(`the report of ${how} is there`, () => document.querySelectorAll('#report p').length === 4, undefined);
      const [death, back, answered, shared] = await tab.page.locator('#report p').allTextContents();
      expect(death).to.match(/^ComponentCrashedError: Health: its thread died: /).and.match(why);
      expect(back).to.match(/^Back after \d+ ms\. hp: 100 before, 100 after\.$/);
      expect(answered).to.match(/^Answered meanwhile: Movement [1-9]\d*×, Inventory [1-9]\d*×, actor [1-9]\d*×, within \d+ ms\.$/);
      expect(shared).to.match(/^A neighbor's health, in the same thread: \d+ ms\.$/);
      await tab.until('the page shows that it runs again', () => document.querySelectorAll('#parts .running').length === 3 && document.getElementById('health')!.textContent === '', undefined);
    }
    const folder = process.env['ARENA_SCREENSHOTS'];
    if (folder) await tab.page.screenshot({ path: `${folder}/crash.png` });
    await tab.page.click('#crash');
    await tab.until('the fifth crash has degraded it, until when, for all on the silo', () => {
      const until = /^Health is degraded until (\d\d:\d\d:\d\d) \(\d+ s\): nobody on this silo is hurt or healed meanwhile/.exec(document.getElementById('health')!.textContent)?.[1];
      const [part] = document.querySelectorAll('#parts .degraded .place');
      const fighters = [...document.querySelectorAll('#roster .health.degraded')];
      return until !== undefined && part?.textContent === `degraded until ${until}` && fighters.length === 2 && fighters.every(({ textContent }) => textContent === `Health degraded until ${until}`);
    }, undefined);
    if (folder) await tab.page.screenshot({ path: `${folder}/degraded.png` });
    const { y } = await tab.own();
    const [key, sign] = y > 500 ? ['ArrowUp', -1] as const : ['ArrowDown', 1] as const;
    await tab.hold(key, () => tab.until('it runs on', ([y, sign]) => (window.arena!.state()!.fighters.find(({ id }) => id === window.arena!.me)!.y - y) * sign > 0, [y, sign] as const));
  });
});
