import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Browser, BrowserContext } from 'playwright-core';
import { freePort, TestProcess } from '../support/processes.js';
import { ChatTab } from './chat-tab.js';

const CONFIG = fileURLToPath(new URL('../../examples/chat/options.js', import.meta.url));

/** The chat as `npm start -- --config … --redis …` runs it, or without a Redis. Its port and cluster stay the same over restarts. */
export class ChatHouse implements AsyncDisposable {
  private readonly cluster = `chat-${randomUUID()}`;
  private readonly contexts: BrowserContext[] = [];
  private process: TestProcess | undefined;

  private constructor(private readonly browser: Browser, private readonly redis: string | undefined, private readonly port: number) {}

  static async open(browser: Browser, redis?: string): Promise<ChatHouse> {
    const house = new ChatHouse(browser, redis, await freePort());
    await house.start();
    return house;
  }

  async start(): Promise<void> {
    const redis = this.redis === undefined ? [] : ['--redis', this.redis];
    this.process = TestProcess.troupe(['--config', CONFIG, ...redis, '--cluster', this.cluster, '--gateway-port', String(this.port)]);
    await this.process.waitForOutput(/^Troupe is running\. Open /m);
  }

  /** As an operator does it: SIGTERM, and the process ends with 0. */
  async stop(): Promise<void> {
    this.process?.kill('SIGTERM');
    const end = await this.process?.ended;
    expect(end?.code, end?.stderr).to.equal(0);
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.process?.kill('SIGKILL');
    await this.process?.ended;
  }

  /** A tab in a browser of its own: another person. */
  async person(name: string): Promise<ChatTab> {
    const context = await this.browser.newContext({ viewport: { width: 1200, height: 760 } });
    this.contexts.push(context);
    const tab = await this.tab(context);
    await tab.rename(name);
    return tab;
  }

  /** One more tab in that browser: the same person, or somebody else with a `query` such as `?as=bob`. */
  tab(context: BrowserContext, query = ''): Promise<ChatTab> {
    return ChatTab.open(context, `http://127.0.0.1:${this.port}/${query}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.contexts.map((context) => context.close()));
    await this.process?.[Symbol.asyncDispose]();
  }
}
