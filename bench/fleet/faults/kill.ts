import { setTimeout as delay } from 'node:timers/promises';
import { atMost, type Goal } from '../../support/report.js';
import { Fleet } from '../fleet.js';
import { nobodyElseEnded, underLoad, type FaultReport, type FaultSettings, type Load } from '../load.js';
import { oneOf, quantile } from '../random.js';
import type { Recovery } from '../recovery.js';
import { SupervisedSilos } from '../supervised-silos.js';

const EVERY_MS = 3000;
const WARM_UP_MS = 2000;
const SETTLE_MS = 6000;
const SHORT_SETTLE_MS = 3500;

export interface KillSettings extends FaultSettings {
  readonly seconds: number;
}

/** SIGKILL to one of three at random, again and again; nobody sees it but the others. */
export async function randomKills(settings: KillSettings): Promise<FaultReport> {
  await using fleet = await Fleet.start(3);
  return await underLoad(fleet, settings, async (load) => {
    const skipped = await killAgain(fleet, settings, load);
    const { figures, goals } = recoveryOf(load.recovery, { p50: 2500, p99: 5000 });
    return { figures: { ...figures, skipped }, goals: [...goals, nobodyElseEnded(fleet)] };
  });
}

/** SIGKILL to one of the fleet every so often, as long as two run; how many kills were left out. */
export function killAgain(fleet: Fleet, settings: KillSettings, { recovery, random }: Load): Promise<number> {
  return again(settings, () => {
    if (fleet.running.length < 2) return false;
    const victim = oneOf(fleet.running, random);
    recovery.killed(victim.siloId);
    victim.signal('SIGKILL');
    return true;
  });
}

/** False when it had ended by itself. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** The same under `troupe --silos 3`, which sees its processes end. */
export async function supervisedKills(settings: KillSettings): Promise<FaultReport> {
  await using fleet = await Fleet.start(0);
  await using silos = await SupervisedSilos.start(3, fleet.redis.url, fleet.cluster);
  return await underLoad(fleet, settings, async (load) => {
    const skipped = await again(settings, () => {
      if (silos.running.length < 2) return false;
      const { id, pid } = oneOf(silos.running, load.random);
      load.recovery.killed(id);
      return killed(pid);
    });
    const { figures, goals } = recoveryOf(load.recovery, { p50: 1000, p99: 5000 });
    return { figures: { ...figures, skipped }, goals: [...goals, nobodyElseEnded(fleet)] };
  });
}

/** Two of three at once: one is left to say so, and the callers' silo. */
export async function twoAtOnce(settings: FaultSettings): Promise<FaultReport> {
  await using fleet = await Fleet.start(3, { isKeptUp: false });
  return await underLoad(fleet, settings, async ({ recovery, random }) => {
    await delay(WARM_UP_MS);
    const survivor = oneOf(fleet.silos, random);
    for (const victim of fleet.silos.filter((silo) => silo !== survivor)) {
      recovery.killed(victim.siloId);
      victim.signal('SIGKILL');
    }
    await delay(SETTLE_MS);
    return recoveryOf(recovery, { p50: 5000, p99: 5000 });
  });
}

/** All of them, the callers' silo too; one comes back, and nobody else is there to say that the dead are dead. */
export async function allAtOnce(settings: FaultSettings): Promise<FaultReport> {
  await using fleet = await Fleet.start(3, { isKeptUp: false });
  return await underLoad(fleet, settings, async (load) => {
    await delay(WARM_UP_MS);
    const victims = fleet.silos;
    for (const victim of victims) {
      load.recovery.killed(victim.siloId);
      victim.signal('SIGKILL');
    }
    await fleet.caller.stop({ force: true });
    await Promise.all(victims.map(({ ended }) => ended));
    await comeBack(fleet, load);
    await delay(SETTLE_MS);
    return recoveryOf(load.recovery, { p50: 5000, p99: 5000 });
  });
}

/** The clock of the recovery starts when the first is there again: until then nobody could answer. */
async function comeBack(fleet: Fleet, { recovery }: Load): Promise<void> {
  const [first] = fleet.silos;
  await fleet.replace(first!);
  recovery.begins();
  await fleet.openCaller();
}

/** Kills every so often; how many were left out because the last victims were not back, which a busy machine takes its time for. */
async function again({ seconds, isShort }: KillSettings, kill: () => boolean): Promise<number> {
  let skipped = 0;
  await delay(WARM_UP_MS);
  const end = performance.now() + seconds * 1000;
  for (let nextMs = performance.now() + EVERY_MS; performance.now() < end; nextMs += EVERY_MS) {
    if (!kill()) skipped++;
    await delay(Math.max(0, nextMs - performance.now()));
  }
  await delay(isShort ? SHORT_SETTLE_MS : SETTLE_MS);
  return skipped;
}

/** What the samples of a recovery say, beside its goals. */
export function recoveryOf(recovery: Recovery, goals: { readonly p50: number; readonly p99: number }): { readonly figures: FaultReport['figures']; readonly goals: readonly Goal[] } {
  const { samples, count, unrecovered } = recovery;
  const [p50, p99, longest] = [quantile(samples, 0.5), quantile(samples, 0.99), quantile(samples, 1)].map(Math.round) as [number, number, number];
  return {
    figures: { kills: count, recoveries: samples.length, p50, p99, longest },
    goals: [
      atMost('recovery, p50', p50, goals.p50, ' ms'), atMost('recovery, p99', p99, goals.p99, ' ms'), atMost(`kills without recovery, of ${count}`, unrecovered, 0),
    ],
  };
}
