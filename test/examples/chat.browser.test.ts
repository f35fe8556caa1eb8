import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { LIMITS } from '../../examples/chat/shared.js';
import { launchChromium } from './arena-tab.js';
import { ChatHouse } from './chat-house.js';
import { stage } from './stage.js';

describe('examples/chat, in a browser', function () {
  this.timeout(60_000);
  const on = stage();
  let house: ChatHouse;

  beforeEach(async () => { house = await ChatHouse.open(on.browser, on.redis.url); });
  afterEach(() => house[Symbol.asyncDispose]());

  it('lets two people talk, and shows a newcomer what was said before', async () => {
    const ada = await house.person('Ada');
    const bob = await house.person('Bob');
    await ada.say('Hello Bob');
    await bob.hears('Hello Bob');
    await bob.say('Hello Ada');
    await ada.hears('Hello Ada');
    const cleo = await house.person('Cleo');
    for (const tab of [ada, bob, cleo]) expect(await tab.lines()).to.deep.equal(['Ada: Hello Bob', 'Bob: Hello Ada']);
    await ada.rename('Ada L.');
    await bob.sees('Ada is Ada L. now', '#lines .note');
    await ada.say('Hello Cleo');
    await cleo.hears('Hello Cleo');
    expect((await cleo.lines()).at(-1)).to.equal('Ada L.: Hello Cleo');
  });

  it('shows who comes, and who leaves by closing or by crashing, within 3 s; tabs of one person count once, and a reload is no leaving', async () => {
    const ada = await house.person('Ada');
    const bob = await house.person('Bob');
    await ada.sees('2 here', '#count');
    await bob.page.reload();
    await bob.seesMembers(['Ada', 'Bob']);
    const second = await house.tab(bob.page.context());
    await second.seesMembers(['Ada', 'Bob']);
    await bob.page.close();
    const cleo = await house.person('Cleo');
    await ada.seesMembers(['Ada', 'Bob', 'Cleo']);
    expect(await ada.page.$$eval('#lines .note', (notes) => notes.filter(({ textContent }) => textContent?.endsWith(' left')).length)).to.equal(0);
    await second.page.close();
    await ada.seesMembers(['Ada', 'Cleo'], 3_000);
    await ada.sees('Bob left', '#lines .note');
    const crashed = cleo.page.waitForEvent('crash');
    await cleo.page.goto('chrome://crash').catch(() => undefined);
    await crashed;
    await ada.seesMembers(['Ada'], 3_000);
  });

  it('keeps the end in sight while lines come and room is taken away, unless somebody reads further up', async () => {
    const ada = await house.person('Ada');
    const bob = await house.person('Bob');
    await bob.page.setViewportSize({ width: 900, height: 400 });
    for (let n = 1; n <= 10; n++) await ada.say(`line ${n}`);
    await bob.hears('line 10');
    const isAtEnd = (): boolean => {
      const lines = document.getElementById('lines')!;
      return lines.scrollTop > 0 && lines.scrollHeight - lines.scrollTop - lines.clientHeight < 60;
    };
    await bob.until('the end is in sight', isAtEnd, undefined);
    await bob.page.setViewportSize({ width: 390, height: 360 });
    await bob.until('the end is in sight on a small screen', isAtEnd, undefined);
    const top = await bob.page.evaluate(() => new Promise<number>((resolve) => {
      const lines = document.getElementById('lines')!;
      lines.addEventListener('scroll', () => resolve(lines.scrollTop), { once: true });
      lines.scrollTop = 40;
    }));
    await ada.say('one more');
    await bob.hears('one more');
    expect(await bob.page.evaluate(() => document.getElementById('lines')!.scrollTop)).to.equal(top);
  });

  it('keeps rooms apart, and takes all tabs of a person along', async () => {
    const ada = await house.person('Ada');
    const bob = await house.person('Bob');
    const second = await house.tab(bob.page.context());
    await bob.go('games');
    await second.isIn('games');
    await ada.seesMembers(['Ada']);
    await bob.say('anyone?');
    await second.hears('anyone?');
    await ada.say('gone');
    await ada.go('games');
    await ada.hears('anyone?');
    await bob.seesMembers(['Ada', 'Bob']);
    expect(await bob.lines()).to.deep.equal(['Bob: anyone?']);
  });

  it('shows what people say and are called as text, and why the gateway refuses what is too long or has unseen characters', async () => {
    const ada = await house.person('<i>Ada</i>');
    const bob = await house.person('Bob');
    const attack = '<img src=x onerror="window.hacked = true"><script>window.hacked = true</script> & "quotes"';
    await ada.say(attack);
    await bob.hears(attack);
    await bob.seesMembers(['<i>Ada</i>', 'Bob']);
    expect(await bob.page.evaluate(() => [document.querySelectorAll('#lines img, #lines script, #lines i, #members i').length, 'hacked' in window])).to.deep.equal([0, false]);
    expect(await ada.page.getAttribute('#text', 'maxlength')).to.equal(String(LIMITS.text));
    // Past the page's own limit.
    await ada.page.evaluate(() => document.getElementById('text')!.removeAttribute('maxlength'));
    await ada.say('x'.repeat(LIMITS.text + 1));
    await ada.until('the refusal is shown', () => document.getElementById('problem')!.textContent?.startsWith('args[1]'), undefined);
    expect(await ada.page.inputValue('#text'), 'what could not be sent is still there').to.have.length(LIMITS.text + 1);
    await ada.page.evaluate((length) => {
      for (const letter of ['x', 'y']) {
        (document.getElementById('text') as HTMLInputElement).value = letter.repeat(length);
        (document.getElementById('say') as HTMLFormElement).requestSubmit();
      }
    }, LIMITS.text + 1);
    await ada.until('both lines are handed back', (length) => (document.getElementById('text') as HTMLInputElement).value === `${'x'.repeat(length)} ${'y'.repeat(length)}`, LIMITS.text + 1);
    await ada.page.fill('#name', 'evil \u202E name');
    await ada.page.press('#name', 'Enter');
    await ada.until('the name is refused', () => document.getElementById('problem')!.textContent?.includes('cannot be seen'), undefined);
    expect(await ada.page.inputValue('#name')).to.equal('<i>Ada</i>');
    await ada.say('short');
    await bob.hears('short');
    await ada.until('all is well again', () => document.getElementById('problem')!.hidden, undefined);
  });

  for (const [how, stop] of [['stopped', 'stop'], ['killed', 'kill']] as const) {
    it(`reconnects when the silo is ${how} and started again: history, names and rooms are kept, and what was typed meanwhile is said once`, async () => {
      const ada = await house.person('Ada');
      const bob = await house.person('Bob');
      await ada.say('before');
      await bob.hears('before');
      await house[stop]();
      for (const tab of [ada, bob]) await tab.until('the page says that it reconnects', () => /^reconnecting/.test(document.getElementById('status')!.innerText), undefined);
      await ada.say('meanwhile');
      await house.start();
      for (const tab of [ada, bob]) {
        await tab.until('the page is back', () => document.getElementById('status')!.hidden, undefined, 20_000);
        await tab.seesMembers(['Ada', 'Bob']);
        await tab.hears('meanwhile');
      }
      await bob.say('after');
      await ada.hears('after');
      for (const tab of [ada, bob]) expect(await tab.lines()).to.deep.equal(['Ada: before', 'Ada: meanwhile', 'Bob: after']);
    });
  }

  it('makes a second person of ?as=bob in the same browser', async () => {
    const ada = await house.person('Ada');
    const bob = await house.tab(ada.page.context(), '?as=bob');
    await bob.rename('Bob');
    await ada.seesMembers(['Ada', 'Bob']);
    await bob.say('hello');
    await ada.hears('hello');
    expect(await ada.lines()).to.deep.equal(['Bob: hello']);
  });
});

describe('examples/chat, in a browser, without a Redis', function () {
  this.timeout(60_000);
  let browser: Browser;

  before(async () => { browser = await launchChromium(); });
  after(() => browser.close());

  it('says that a restarted silo has forgotten everything, and goes on: names and rooms are taken again, what was typed meanwhile is said once', async () => {
    await using house = await ChatHouse.open(browser);
    const ada = await house.person('Ada');
    const bob = await house.person('Bob');
    for (const tab of [ada, bob]) await tab.go('games');
    await ada.say('before');
    await bob.hears('before');
    await house.kill();
    for (const tab of [ada, bob]) await tab.until('the page says that it reconnects', () => /^reconnecting/.test(document.getElementById('status')!.innerText), undefined);
    await ada.say('meanwhile');
    await ada.say('and more');
    await ada.page.fill('#name', 'Ada L.');
    await ada.page.press('#name', 'Enter');
    await house.start();
    for (const tab of [ada, bob]) {
      await tab.until('the page is back', () => document.getElementById('status')!.hidden, undefined, 20_000);
      await tab.isIn('games');
      await tab.seesMembers(['Ada L.', 'Bob']);
      await tab.hears('and more');
      await tab.until('the page says what happened', () => document.querySelector('#lines .note')?.textContent?.startsWith('The server has started anew'), undefined);
    }
    await bob.say('after');
    await ada.hears('after');
    for (const tab of [ada, bob]) {
      expect((await tab.lines()).map((line) => line.replace('Ada L.', 'Ada'))).to.deep.equal(['Ada: meanwhile', 'Ada: and more', 'Bob: after']);
      expect(await tab.page.evaluate(() => document.getElementById('problem')!.hidden), 'nothing is complained about').to.equal(true);
    }
  });
});
