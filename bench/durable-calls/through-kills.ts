// Durable calls while silos are killed: of this process, and of turns of messages, which are run again. Each is applied once, and who asks again hears the same.
import { setTimeout as delay } from 'node:timers/promises';
import type { Handle } from '../../sdk/index.js';
import { Fleet, within } from '../fleet/fleet.js';
import { insist } from '../fleet/insist.js';
import type { FleetRedis } from '../fleet/fleet-redis.js';
import { oneOf, seeded } from '../fleet/random.js';
import type { FaultReport } from '../fleet/load.js';
import { atLeast, atMost } from '../support/report.js';
import type { Account, Clerk } from './actors.js';
import { latencies } from './latencies.js';
import { judge, type Kept } from './judge.js';
import { MODULES, type World } from './world.js';

export interface KillSettings {
  readonly seed: number;
  readonly silos: number;
  readonly accounts: number;
  readonly clerks: number;
  /** Of each kind. */
  readonly calls: number;
  readonly kills: number;
  /** How many of a kind are made at the same time. */
  readonly width: number;
  readonly samples: number;
  readonly on?: FleetRedis | undefined;
}

const QUIET_MS = 120_000;

export async function throughKills(settings: KillSettings): Promise<FaultReport> {
  const { silos, on, kills, seed, samples } = settings;
  await using fleet = await Fleet.start(silos, { modules: MODULES, on });
  const world: World = { fleet, returned: new Map(), goesOn: new Set(), told: new Set(), otherErrors: [] };
  const figure = await latencies(account(fleet, 'quick'), samples);
  const isOver = { value: false };
  const load = Promise.all([callAll(world, settings, isOver), tellAll(world, settings, isOver)]);
  await delay(1000);
  const random = seeded(seed);
  for (let kill = 0; kill < kills; kill++) {
    oneOf(fleet.running, random).signal('SIGKILL');
    await delay(700);
    await fleet.complete();
    await delay(1000);
  }
  isOver.value = true;
  await load;
  let verdict = judge(world, await kept(fleet, settings));
  const startMs = performance.now();
  // What nobody waits for is on its way.
  await within(QUIET_MS, async () => (verdict = judge(world, await kept(fleet, settings))).missing === 0);
  const quietMs = performance.now() - startMs;
  return {
    figures: { ...verdict, made: world.returned.size + world.goesOn.size, told: world.told.size, kills, quietMs: Math.round(quietMs), callerFenced: fleet.callerFenced, otherErrors: world.otherErrors.slice(0, 5), ...figure },
    goals: [
      atLeast('calls that returned', verdict.returned, 100), atLeast('turns of messages that were served', verdict.served, 100),
      atMost('calls that were applied twice', verdict.twice, 0), atMost('calls that returned, or were to go on, and are missing', verdict.missing, 0),
      atMost('results that are not what was entered', verdict.wrong, 0), atMost('p50 of a durable call, in calls with an idempotency key', figure.ratio, 4),
    ],
  };
}

function account(fleet: Fleet, key: string): Handle<Account> {
  return fleet.caller.actor<Account>('dc-account', key);
}

/** Calls of this process's silo. */
async function callAll({ fleet, returned, goesOn, otherErrors }: World, { calls, accounts, width }: KillSettings, isOver: { readonly value: boolean }): Promise<void> {
  let made = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    while (made < calls || !isOver.value) {
      const n = 2_000_000 + made++;
      try {
        returned.set(n, await account(fleet, `a${n % accounts}`).with({ durable: true, timeout: '20s' }).enter(n));
      } catch (error) {
        const { message } = error as Error;
        if (message.includes('goes on as a message')) goesOn.add(n);
        else otherErrors.push(message);
      }
    }
  }));
}

/** Messages to clerks, which make calls. */
async function tellAll({ fleet, told, otherErrors }: World, { calls, accounts, clerks, width }: KillSettings, isOver: { readonly value: boolean }): Promise<void> {
  let made = 0;
  await Promise.all(Array.from({ length: Math.ceil(width / 4) }, async () => {
    while (made < calls || !isOver.value) {
      const n = 1 + made++;
      const clerk = fleet.caller.actor<Clerk>('dc-clerk', `c${n % clerks}`);
      await clerk.tell.serve(n, [`a${n % accounts}`, `a${(n * 7 + 3) % accounts}`]).then(() => told.add(n), (error: Error) => otherErrors.push(error.message));
      await delay(made < calls ? 5 : 20);
    }
  }));
}

async function kept(fleet: Fleet, { accounts, clerks }: KillSettings): Promise<Kept> {
  return {
    accounts: await Promise.all(Array.from({ length: accounts }, (_, key) => insist(() => account(fleet, `a${key}`).all()))),
    served: (await Promise.all(Array.from({ length: clerks }, (_, key) => insist(() => fleet.caller.actor<Clerk>('dc-clerk', `c${key}`).all())))).flat(),
  };
}
