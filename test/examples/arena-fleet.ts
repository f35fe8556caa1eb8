import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext } from 'playwright-core';
import { phase } from '../state/phase.js';
import { TestProcess } from '../support/processes.js';
import { ArenaTab } from './arena-tab.js';

const CONFIG = fileURLToPath(new URL('../../examples/arena/silo.js', import.meta.url));
const SILOS = 3;
/** Chance places a new player; so many are tried for one that is placed as a test wants it. */
const MOST_PLAYERS = 30;

/** A silo's process, as the supervisor tells of it. */
export interface FleetSilo {
  readonly id: string;
  readonly pid: number;
  readonly gateway: string;
}

/** Where everything is that one player depends on. */
export interface Seats {
  /** Silo of the player's actor. */
  readonly player: string;
  /** Silo of the gateway that the page is connected to. */
  readonly gateway: string;
  /** Silo of the arena. */
  readonly arena: string;
}

/** The game as `npm start -- --silos 3 --redis …` runs it: three processes under a supervisor, and a browser's window on it. */
export class ArenaFleet implements AsyncDisposable {
  private readonly running = new Map<number, FleetSilo>();
  private readonly process: TestProcess;
  private read = 0;

  private constructor(private readonly context: BrowserContext, redis: string, bots: number) {
    const flags = ['--config', CONFIG, '--redis', redis, '--cluster', `arena-${randomUUID()}`, '--gateway-port', '0', '--silos', String(SILOS)];
    this.process = TestProcess.troupe(flags, { env: { ARENA_BOTS: String(bots) } });
  }

  static async start(browser: Browser, redis: string, bots: number): Promise<ArenaFleet> {
    const fleet = new ArenaFleet(await browser.newContext({ viewport: { width: 1280, height: 800 } }), redis, bots);
    await fleet.process.waitForOutput(/^Troupe is running on 3 silos\. Open /m, 40_000);
    return fleet;
  }

  /** A new player, whose seats are as `isWanted` says. */
  async join(isWanted: (seats: Seats) => boolean): Promise<{ readonly tab: ArenaTab; readonly seats: Seats }> {
    for (let n = 0; n < MOST_PLAYERS; n++) {
      const { id: gateway, gateway: address } = this.silos[n % SILOS]!;
      const tab = await ArenaTab.open(this.context, address);
      const seats = { gateway, player: (await tab.silo())!, arena: await tab.page.evaluate(() => window.arena!.client.lastSilo(window.arena!.client.actor('arena', 'main'))!) };
      if (isWanted(seats)) return { tab, seats };
      await tab.page.close();
    }
    throw new Error(`none of ${MOST_PLAYERS} players was placed as wanted`);
  }

  /** kill -9. Resolves when the supervisor has seen it. */
  async kill(siloId: string): Promise<void> {
    process.kill(this.silos.find(({ id }) => id === siloId)!.pid, 'SIGKILL');
    await phase(`the supervisor sees the end of ${siloId}`, () => !this.silos.some(({ id }) => id === siloId));
  }

  /** Those that run now. */
  get silos(): readonly FleetSilo[] {
    const lines = this.process.stderr.slice(this.read).split('\n');
    this.read = this.process.stderr.length - lines.pop()!.length;
    for (const line of lines) {
      const { msg, silo, id, pid, gateway } = (line.startsWith('{') ? JSON.parse(line) : {}) as Partial<FleetSilo> & { readonly msg?: string; readonly silo?: number };
      if (msg === 'a silo runs') this.running.set(silo!, { id: id!, pid: pid!, gateway: gateway! });
      if (msg === 'a silo ended; it is started again') this.running.delete(silo!);
    }
    return [...this.running.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    this.process.kill('SIGTERM');
    await this.process.ended;
  }
}
