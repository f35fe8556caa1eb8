import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Browser, BrowserContext } from 'playwright-core';
import { freePort, TestProcess } from '../support/processes.js';
import { ArenaTab } from './arena-tab.js';

const CONFIG = fileURLToPath(new URL('../../examples/arena/silo.js', import.meta.url));

/** The game as `npm start -- --redis …` runs it, and a browser's window on it. Its port and cluster stay the same over restarts. */
export class ArenaGame implements AsyncDisposable {
  private readonly cluster = `arena-${randomUUID()}`;
  private process: TestProcess | undefined;

  private constructor(private readonly context: BrowserContext, private readonly redis: string, private readonly port: number, private readonly bots: number) {}

  static async start(browser: Browser, redis: string, bots: number): Promise<ArenaGame> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const game = new ArenaGame(context, redis, await freePort(), bots);
    await game.start();
    return game;
  }

  async start(): Promise<void> {
    const flags = ['--config', CONFIG, '--redis', this.redis, '--cluster', this.cluster, '--gateway-port', String(this.port)];
    this.process = TestProcess.troupe(flags, { env: { ARENA_BOTS: String(this.bots) } });
    await this.process.waitForOutput(/^Troupe is running\. Open /m);
  }

  /** As an operator does it: SIGTERM, and the process ends with 0. */
  async stop(): Promise<void> {
    this.process?.kill('SIGTERM');
    const end = await this.process?.ended;
    expect(end?.code, end?.stderr).to.equal(0);
  }

  /** A new tab: another player. */
  join(): Promise<ArenaTab> {
    return ArenaTab.open(this.context, `http://127.0.0.1:${this.port}/`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await this.process?.[Symbol.asyncDispose]();
  }
}
