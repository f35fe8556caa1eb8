import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { connect, RemoteError } from '../../sdk/client/index.js';
import { readPage } from '../docs/pages.js';
import { failure } from '../support/memory-silo.js';
import { startOwnRedis, type OwnRedis } from '../support/redis-server.js';
import { launchChromium } from './arena-tab.js';
import { readGuide } from './guide.js';
import { GuideProject } from './guide-project.js';

describe('docs, the guides', function () {
  this.timeout(60_000);
  let redis: OwnRedis;
  let project: GuideProject;

  beforeEach(async () => {
    redis = await startOwnRedis();
    project = await GuideProject.create(redis.url);
  });
  afterEach(async () => {
    await project[Symbol.asyncDispose]();
    await redis.stop();
  });

  it('your first actor: every block compiles, runs and prints what it says', async () => {
    const steps = await readGuide('your-first-actor');
    expect(steps.filter(({ kind }) => kind === 'file')).to.have.length(5);
    await project.follow(steps);
  });

  it('turns and saving: every block compiles in the folder of the first guide, and its tests hold', async () => {
    await project.arriveAfter(await readGuide('your-first-actor'));
    const steps = await readGuide('turns-and-saving');
    expect(steps.filter(({ kind }) => kind === 'file')).to.have.length(6);
    await project.follow(steps);
  });

  it('components at run time: every block compiles in the folder of the first guide, and its tests hold', async () => {
    await project.arriveAfter(await readGuide('your-first-actor'));
    const steps = await readGuide('components-at-run-time');
    expect(steps.filter(({ kind }) => kind === 'file')).to.have.length(4);
    await project.follow(steps);
  });

  it('messages: every block compiles in the folder of the first guide, its tests hold, and its letter is printed as it says', async () => {
    await project.arriveAfter(await readGuide('your-first-actor'));
    const steps = await readGuide('messages');
    expect(steps.filter(({ kind }) => kind === 'file')).to.have.length(11);
    await project.follow(steps);
  });

  it('messages: what README shows of them stands in the guide, line by line', () => {
    const lines = new Set(readPage('docs/messages.md').split('\n'));
    const [, block] = /must not be lost[^]*?^```ts\n([^]*?)^```$/m.exec(readPage('README.md'))!;
    const shown = block!.split('\n').filter((line) => line !== '' && !line.startsWith('// in '));
    expect(shown.length).to.be.greaterThan(10);
    expect(shown.filter((line) => !lines.has(line))).to.deep.equal([]);
  });

  describe('your first game client', () => {
    let browser: Browser;
    let context: BrowserContext;

    before(async () => { browser = await launchChromium(); });
    after(() => browser.close());
    beforeEach(async () => { context = await browser.newContext(); });
    afterEach(() => context.close());

    const open = async (): Promise<Page> => {
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      await page.goto(project.address);
      await sees(page, 'side', /^You pull on the (left|right)\.$/);
      return page;
    };

    it('every block compiles and runs, and in a browser two tabs play, are refused, and come back after the silo was away', async () => {
      await project.arriveAfter(await readGuide('your-first-actor'));
      await project.follow(await readGuide('your-first-game-client'));
      await project.stopServer();
      await project.startServer();

      const ada = await open();
      const bob = await open();
      await sees(ada, 'score', /^1 on the left, 0 wins; 1 on the right, 0 wins$/);
      for (const expected of ['-1', '-2']) {
        await ada.click('#pull');
        await knotIs(bob, expected);
      }
      await ada.click('#pull');
      await sees(bob, 'score', /^1 on the left, 1 wins; 1 on the right, 0 wins$/);
      // More at once than anybody has strength for: what comes last is refused.
      await ada.evaluate(() => { for (let n = 0; n < 12; n++) document.getElementById('pull')!.click(); });
      await sees(ada, 'message', /^You are too tired\. Rest a second\.$/);

      await using stranger = await connect(project.address);
      const player = stranger.self<{ pull(): Promise<number> }>();
      const tired = await failure(Promise.all(Array.from({ length: 12 }, () => player.pull())));
      expect(tired, 'to who has not imported Tired').to.be.instanceOf(RemoteError).and.include({ code: 'ERR_REMOTE', remoteName: 'tired', message: 'You are too tired. Rest a second.' });
      await stranger.close();

      await project.stopServer();
      await sees(bob, 'side', /^reconnecting…$/);
      await project.startServer();
      await sees(bob, 'side', /^You pull on the/);
      await sees(bob, 'score', /^1 on the left, [12] wins; 1 on the right, 0 wins$/);
      await bob.close();
      await sees(ada, 'score', /[12] wins; 0 on the right|^0 on the left/);
    });
  });
});

function sees(page: Page, id: string, pattern: RegExp): Promise<unknown> {
  const wait = page.waitForFunction(([id, source]) => new RegExp(source).test(document.getElementById(id)?.textContent ?? ''), [id, pattern.source] as const, { polling: 50 });
  return wait.catch(async (cause: unknown) => {
    throw new Error(`awaited #${id}: ${pattern.source}. The page showed:\n${await page.evaluate(() => document.body.innerText)}`, { cause });
  });
}

async function knotIs(page: Page, value: string): Promise<void> {
  await page.waitForFunction((value) => (document.getElementById('knot') as HTMLInputElement).value === value, value, { polling: 50 });
}
