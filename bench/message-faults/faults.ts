// What happens to the silos while messages are under way; each fault is over, and its silo back, before the next.
import { setTimeout as delay } from 'node:timers/promises';
import type { SiloProcess } from '../fleet/silo-process.js';
import { oneOf } from '../fleet/random.js';
import type { Death } from './checker.js';
import type { MessageFleet } from './message-fleet.js';

/** Past the lock of a batch (5 s) and the lease. */
const FREEZE_MS = 6000;
const STALL_MS = 4500;
const LATE_MS = 700;
const CUTS = 5;
const CUT_EVERY_MS = 150;
/** A zombie that takes longer has not stopped by itself. */
const ZOMBIE_MS = 20_000;

/** What was done so far. */
export interface FaultLog {
  readonly counts: Record<FaultName, number>;
  readonly deaths: Death[];
}

type Fault = (fleet: MessageFleet, log: FaultLog, random: () => number) => Promise<void>;
export type FaultName = 'kills' | 'freezes' | 'cuts' | 'lostReplies' | 'lateReplies' | 'stalls';

export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  /** SIGKILL. */
  kills: async ({ fleet }, log, random) => {
    die(oneOf(fleet.running, random), 'SIGKILL', log);
    await delay(LATE_MS);
  },
  /** SIGSTOP until the others have buried it; then it wakes. */
  freezes: async ({ fleet }, log, random) => {
    const victim = oneOf(fleet.running, random);
    die(victim, 'SIGSTOP', log);
    await delay(FREEZE_MS);
    victim.signal('SIGCONT');
    await Promise.race([victim.ended, delay(ZOMBIE_MS)]);
  },
  /** All connections of one silo to Redis, again and again. */
  cuts: async ({ ways }, _log, random) => {
    for (let cut = 0; cut < CUTS; cut++) {
      oneOf(ways, random).cut();
      await delay(CUT_EVERY_MS);
    }
  },
  /** Redis has done it, queue adds among the rest, but the answer is lost. */
  lostReplies: async ({ ways }, _log, random) => {
    const way = oneOf(ways, random);
    way.holdReplies();
    await delay(LATE_MS);
    way.cut();
    way.release();
  },
  /** The answer is late. */
  lateReplies: async ({ ways }, _log, random) => {
    const way = oneOf(ways, random);
    way.holdReplies();
    await delay(LATE_MS);
    way.release();
  },
  /** Nothing passes until the silo is taken for dead; then what it had sent arrives. */
  stalls: async ({ ways, fleet }, log, random) => {
    const index = Math.floor(random() * ways.length);
    const silo = fleet.silos[index]!;
    log.deaths.push({ of: 'stalls', atMs: Date.now() });
    ways[index]!.stallAll();
    await delay(STALL_MS);
    ways[index]!.release();
    await Promise.race([silo.ended, delay(ZOMBIE_MS)]);
  },
};

export function isFault(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

/** These, over and over, with a pause between, until `isOver`; at least each once. */
export async function faultsUntil(fleet: MessageFleet, names: readonly FaultName[], pauseMs: number, random: () => number, isOver: () => boolean): Promise<FaultLog> {
  const log: FaultLog = { counts: { kills: 0, freezes: 0, cuts: 0, lostReplies: 0, lateReplies: 0, stalls: 0 }, deaths: [] };
  while (names.length === 0 && !isOver()) await delay(pauseMs);
  for (let turn = 0; turn < names.length || !isOver(); turn++) {
    const name = names[turn % names.length]!;
    await FAULTS[name](fleet, log, random);
    log.counts[name]++;
    await fleet.fleet.complete();
    await delay(pauseMs);
  }
  return log;
}

function die(victim: SiloProcess, signal: 'SIGKILL' | 'SIGSTOP', log: FaultLog): void {
  log.deaths.push({ of: signal === 'SIGKILL' ? 'kills' : 'freezes', atMs: Date.now() });
  victim.signal(signal);
}
