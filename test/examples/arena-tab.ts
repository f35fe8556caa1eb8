// A tab of the arena's page in a real browser, and what a player does in it.
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type {} from '../../examples/arena/page.js';
import type { Circle } from '../../examples/arena/shared.js';
import type { Figure } from '../../examples/arena/page/timeline.js';

const STEP_LIMIT_MS = 30_000;
const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
  // Tabs in the background go on drawing.
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows',
];

/** The machine's Chromium: `TROUPE_TEST_CHROMIUM`, or Debian's. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['TROUPE_TEST_CHROMIUM'] ?? '/usr/bin/chromium', args: ARGUMENTS });
}

/** What `recordHealth` keeps. */
interface HealthChange {
  readonly from: number;
  readonly to: number;
  readonly x: number;
  readonly y: number;
}

declare global {
  interface Window {
    healthChanges?: HealthChange[];
  }
}

type Axis = 'x' | 'y';
const KEYS = { x: ['ArrowLeft', 'ArrowRight'], y: ['ArrowUp', 'ArrowDown'] } as const;

export class ArenaTab {
  private constructor(readonly page: Page, readonly me: string) {}

  /** Opens the page and waits until its player is in the arena. */
  static async open(context: BrowserContext, address: string): Promise<ArenaTab> {
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_LIMIT_MS);
    await page.goto(address);
    await until('the new player is in the arena', page, () => window.arena?.state()?.fighters.some(({ id }) => id === window.arena?.me));
    return new ArenaTab(page, await page.evaluate(() => window.arena!.me));
  }

  /** Waits until `condition` holds in the page; the error says `what` was awaited and what the page showed instead. */
  until<A>(what: string, condition: (arg: A) => unknown, arg: A, limitMs?: number): Promise<void> {
    return until(what, this.page, condition, arg, limitMs);
  }

  /** How this tab sees a fighter; its own by default. */
  async figure(id = this.me): Promise<Figure | undefined> {
    return this.page.evaluate((id) => window.arena!.state()?.fighters.find((fighter) => fighter.id === id), id);
  }

  async own(): Promise<Figure> {
    const figure = await this.figure();
    if (!figure) throw new Error(`${this.me} is not in the arena`);
    return figure;
  }

  /** The silo that answered last. */
  async silo(): Promise<string | undefined> {
    await this.until('a call is answered', () => window.arena!.latencyMs !== undefined, undefined);
    return this.page.evaluate(() => window.arena!.client.lastSilo(window.arena!.client.self()));
  }

  /** Waits until this tab sees `count` more ticks. */
  async ticks(count: number): Promise<void> {
    const tick = await this.page.evaluate(() => window.arena!.state()?.tick ?? 0);
    await this.until(`${count} ticks after ${tick}`, (last) => (window.arena!.state()?.tick ?? 0) >= last, tick + count);
  }

  async hold(key: string, body: () => Promise<void>): Promise<void> {
    await this.page.bringToFront();
    await this.page.keyboard.down(key);
    await body().finally(() => this.page.keyboard.up(key));
  }

  /** Runs with the arrow keys until the place is reached, first along x, then along y; stands still then. */
  async walkTo(goal: { readonly x: number; readonly y: number }): Promise<void> {
    for (const axis of ['x', 'y'] as const) await this.walkAlong(axis, goal[axis]);
    await this.standStill();
  }

  /** Runs into it, and back where a busy machine ran past it. */
  async walkInto(circle: Circle): Promise<void> {
    for (let own = await this.own(); Math.hypot(own.x - circle.x, own.y - circle.y) > circle.radius; own = await this.own()) await this.walkTo(circle);
  }

  /** From now on the page keeps each change of its player's health, and where that happened: however late somebody asks. */
  async recordHealth(): Promise<void> {
    await this.page.evaluate(() => {
      const own = () => window.arena!.state()?.fighters.find(({ id }) => id === window.arena!.me);
      const changes: HealthChange[] = (window.healthChanges = []);
      let before = own()?.hp;
      setInterval(() => {
        const { hp, x, y } = own() ?? {};
        if (hp !== undefined && before !== undefined && hp !== before) changes.push({ from: before, to: hp, x: x!, y: y! });
        before = hp ?? before;
      }, 20);
    });
  }

  /** Runs to a coin, and to another one where a busy machine ran past it. */
  async gatherCoin(): Promise<void> {
    while ((await this.own()).score === 0) {
      const [, x, y] = await this.page.evaluate(() => window.arena!.state()!.items.find(([kind]) => kind === 'coin')!);
      await this.walkTo({ x, y });
    }
  }

  async standStill(): Promise<void> {
    const before = await this.own();
    await this.ticks(3);
    const now = await this.own();
    if (before.x !== now.x || before.y !== now.y) await this.standStill();
  }

  private async walkAlong(axis: Axis, goal: number): Promise<void> {
    const start = (await this.own())[axis];
    if (Math.abs(goal - start) < 15) return;
    const sign = Math.sign(goal - start);
    await this.hold(KEYS[axis][sign > 0 ? 1 : 0], () => this.until(`${this.me} reaches ${axis} = ${goal}`, ([axis, goal, sign]) => {
      const own = window.arena!.state()?.fighters.find(({ id }) => id === window.arena!.me);
      return own && (own[axis] - goal) * sign >= 0;
    }, [axis, goal, sign] as const));
  }
}

async function until<A>(what: string, page: Page, condition: (arg: A) => unknown, arg?: A, limitMs = STEP_LIMIT_MS): Promise<void> {
  try {
    await page.waitForFunction(condition as never, arg, { timeout: limitMs, polling: 50 });
  } catch (cause) {
    const shown = await page.evaluate(() => ({ overlay: document.getElementById('overlay-text')?.textContent, me: window.arena?.me, state: window.arena?.state() })).catch(String);
    throw new Error(`awaited in the page, ${limitMs} ms long: ${what}. It showed ${JSON.stringify(shown)}`, { cause });
  }
}
