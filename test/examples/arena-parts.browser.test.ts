// What a player sees of its components: the fire that comes and goes, and the button that crashes one of them.
import { expect } from 'chai';
import { LAVA } from '../../examples/arena/shared.js';
import { ArenaGame } from './arena-game.js';
import type { ArenaTab } from './arena-tab.js';
import { stage } from './stage.js';

const MEADOW = { x: 800, y: 850 };

/** Runs in the page: how many pixels of the own figure are of the brightest fire. Positive while it burns. */
function fieryPixels(): number {
  const [margin, width, height, body] = [34, 1600, 1000, 18];
  const canvas = document.getElementById('world') as HTMLCanvasElement;
  const own = window.arena!.state()!.fighters.find(({ id }) => id === window.arena!.me)!;
  const scale = Math.min(canvas.width / (width + 2 * margin), canvas.height / (height + 2 * margin));
  const [left, top] = [(canvas.width - width * scale) / 2 + (own.x - body) * scale, (canvas.height - height * scale) / 2 + (own.y - body) * scale];
  const { data } = canvas.getContext('2d')!.getImageData(left, top, 2 * body * scale, 2 * body * scale);
  let count = 0;
  for (let n = 0; n < data.length; n += 4) if (data[n]! > 220 && data[n + 1]! > 185 && data[n + 1]! < 235 && data[n + 2]! > 100 && data[n + 2]! < 180) count += 1;
  return count;
}

/** Fiery pixels as soon as there are so many, or so few. */
async function fire(tab: ArenaTab, isOn: boolean): Promise<void> {
  await tab.until(isOn ? 'flames are drawn' : 'no flames are drawn', ([count, isOn]) => {
    const pixels = (0, eval)(`(${count})()`) as number;
    return isOn ? pixels > 40 : pixels < 15;
  }, [fieryPixels.toString(), isOn] as const);
}

const parts = (tab: ArenaTab): Promise<readonly string[]> => tab.page.locator('#parts .who').allTextContents();

describe("examples/arena, a player's components in a browser", function () {
  this.timeout(60_000);
  const on = stage();

  it('shows the fire that lava gives: flames, a component more, one who burns; and nothing of it when it is out', async () => {
    await using game = await ArenaGame.start(on.browser, on.redis.url, 0);
    const tab = await game.join();
    await tab.walkTo(MEADOW);
    await fire(tab, false);
    await tab.walkTo(LAVA[0]!);
    await tab.until('it burns, as a component and by its tag', () => document.getElementById('burning')!.textContent === '1 burning' && document.getElementById('parts')!.textContent.includes('Burning'), undefined);
    const folder = process.env['ARENA_SCREENSHOTS'];
    // Out of the lava: its own glow is no flames.
    await tab.hold('ArrowRight', () => tab.until('out of the lava', (x) => window.arena!.state()!.fighters.find(({ id }) => id === window.arena!.me)!.x > x, LAVA[0]!.x + LAVA[0]!.radius + 60));
    await fire(tab, true);
    if (folder) await tab.page.screenshot({ path: `${folder}/burning.png` });
    await tab.until('it is out', () => document.getElementById('burning')!.textContent === '' && !document.getElementById('parts')!.textContent.includes('Burning'), undefined);
    await fire(tab, false);
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
      expect(await tab.page.locator('#parts .away').count()).to.equal(0);
    }
    const folder = process.env['ARENA_SCREENSHOTS'];
    if (folder) await tab.page.screenshot({ path: `${folder}/crash.png` });
    const { y } = await tab.own();
    const [key, sign] = y > 500 ? ['ArrowUp', -1] as const : ['ArrowDown', 1] as const;
    await tab.hold(key, () => tab.until('it runs on', ([y, sign]) => (window.arena!.state()!.fighters.find(({ id }) => id === window.arena!.me)!.y - y) * sign > 0, [y, sign] as const));
  });
});
