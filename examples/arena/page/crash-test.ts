// CrashTest. Owns: one experiment: the own Health is crashed, and everybody else is asked meanwhile. It reports what it has measured, nothing else.
import { ComponentCrashedError, type ClientHandle } from 'troupe/client';
import type { Fighter } from '../actors/fighter.js';
import type { Health } from '../components/health.js';
import type { Inventory } from '../components/inventory.js';
import type { Movement } from '../components/movement.js';
import type { Player } from '../actors/player.js';
import type { Mishap } from '../mishaps.js';

const ASK_EVERY_MS = 25;

/** Calls that were answered while Health was away. */
export interface Answers {
  readonly count: number;
  readonly slowestMs: number;
}

export interface CrashReport {
  /** What the call that crashed it got. */
  readonly error: string;
  /** From that call until Health answered again; `undefined`: it did not. */
  readonly awayMs: number | undefined;
  /** Why it did not: it is degraded after many crashes, or the connection was lost. */
  readonly refusal: string | undefined;
  readonly hpBefore: number;
  readonly hpAfter: number | undefined;
  /** The actor itself and its other components, by name. */
  readonly meanwhile: Readonly<Record<string, Answers>>;
  /** How long the health of another fighter on the same silo did not answer: it lives in the same thread. */
  readonly neighborMs: number | undefined;
}

export class CrashTest {
  private readonly health: ClientHandle<Health>;
  private readonly siblings: Readonly<Record<string, () => Promise<unknown>>>;

  constructor(player: ClientHandle<Player>) {
    this.health = player.getComponent<Health>('Health');
    const movement = player.getComponent<Movement>('Movement');
    const inventory = player.getComponent<Inventory>('Inventory');
    this.siblings = { Movement: () => movement.stance(), Inventory: () => inventory.contents(), actor: () => player.ping() };
  }

  /** `neighbor`: another fighter on the same silo. */
  async run(how: Mishap, neighbor: ClientHandle<Fighter> | undefined): Promise<CrashReport> {
    const hpBefore = await this.health.level();
    const startMs = performance.now();
    const crash = this.health.crash(how).then(() => 'nothing: it came back', String);
    const asking = new AbortController();
    const meanwhile = Promise.all(Object.entries(this.siblings).map(async ([name, ask]) => [name, await askUntil(ask, asking.signal)] as const));
    const neighborMs = neighbor && answersAgain(neighbor.getComponent<Health>('Health'), startMs);
    const error = await crash;
    const after = await this.comeback(startMs);
    asking.abort();
    return { error, hpBefore, ...after, meanwhile: Object.fromEntries(await meanwhile), neighborMs: await neighborMs };
  }

  private async comeback(startMs: number): Promise<Pick<CrashReport, 'awayMs' | 'refusal' | 'hpAfter'>> {
    try {
      return { hpAfter: await this.health.level(), awayMs: performance.now() - startMs, refusal: undefined };
    } catch (error) {
      return { hpAfter: undefined, awayMs: undefined, refusal: String(error) };
    }
  }
}

/** Asks again and again, until told to end. What is not answered is not counted. */
async function askUntil(ask: () => Promise<unknown>, end: AbortSignal): Promise<Answers> {
  let count = 0;
  let slowestMs = 0;
  while (!end.aborted) {
    const startMs = performance.now();
    const isAnswered = await ask().then(() => true, () => false);
    if (isAnswered && !end.aborted) {
      count += 1;
      slowestMs = Math.max(slowestMs, performance.now() - startMs);
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  return { count, slowestMs };
}

/** How long after `startMs` it answers, also where its turn was one of those that the thread took along. */
async function answersAgain(health: ClientHandle<Health>, startMs: number): Promise<number | undefined> {
  try {
    await health.level();
  } catch (error) {
    if (!(error instanceof ComponentCrashedError)) return undefined;
    if (!await health.level().then(() => true, () => false)) return undefined;
  }
  return performance.now() - startMs;
}
