// The examples' pages on a phone: nothing is cut off, nothing scrolls sideways.
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { ArenaGame } from './arena-game.js';
import { ChatHouse } from './chat-house.js';
import { stage } from './stage.js';

const PHONE = { width: 390, height: 844 };

describe('the examples on a phone', function () {
  this.timeout(60_000);
  const on = stage();

  it('arena: the world is drawn in the width of the screen, and so is the longest notice', async () => {
    await using game = await ArenaGame.start(on.browser, on.redis.url, 8);
    const tab = await game.join();
    await tab.page.setViewportSize(PHONE);
    await tab.until('eight bots', () => window.arena!.state()!.fighters.length === 9, undefined);
    await tab.page.evaluate(() => {
      const notice = document.getElementById('notice')!;
      notice.textContent = 'Gentle Jackal got you. Back in 3 seconds.';
      notice.classList.add('shown');
    });
    await tab.until('the canvas has the new size', (width) => (document.getElementById('world') as HTMLCanvasElement).width <= width * devicePixelRatio, PHONE.width);
    await fits(tab.page, ['#name', '#hp', '#score', '#medkits', '#latency', '#world', '#notice'], process.env['PHONE_ARENA']);
  });

  it('chat: long lines, long names and all rooms are in the width of the screen', async () => {
    await using house = await ChatHouse.open(on.browser, on.redis.url);
    const ada = await house.person('Ada');
    await ada.page.setViewportSize(PHONE);
    await house.person('Bob of a very long name!');
    await ada.say('x'.repeat(200));
    await ada.hears('x'.repeat(200));
    await fits(ada.page, ['#rooms', '#rooms button:last-child', '#name', '#lines', '#lines li:last-child p', '#text', '#say button'], process.env['PHONE_CHAT']);
  });
});

/** Nothing is wider than the screen, and what `selectors` name is on it from edge to edge. `screenshot` is a path to look at. */
async function fits(page: Page, selectors: readonly string[], screenshot: string | undefined): Promise<void> {
  if (screenshot) await page.screenshot({ path: screenshot });
  expect(await page.evaluate(() => document.scrollingElement!.scrollWidth), 'scrollWidth').to.be.at.most(PHONE.width);
  for (const selector of selectors) {
    const box = (await page.locator(selector).boundingBox())!;
    expect(box.width, selector).to.be.greaterThan(0);
    expect([box.x >= 0, box.x + box.width <= PHONE.width, box.y >= 0, box.y + box.height <= PHONE.height], `${selector} ${JSON.stringify(box)}`).to.deep.equal([true, true, true, true]);
  }
}
