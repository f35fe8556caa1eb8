// Numbered messages from many emitters to many listeners, through faults: is what was committed applied once, in order, and how soon after a death.
import { setTimeout as delay } from 'node:timers/promises';
import { atLeast, atMost, type Goal } from '../support/report.js';
import type { FaultReport } from '../fleet/load.js';
import { quantile, seeded } from '../fleet/random.js';
import { judge, redeliveries, type Outcome } from './checker.js';
import { faultsUntil, type FaultLog, type FaultName } from './faults.js';
import type { FleetRedis } from '../fleet/fleet-redis.js';
import { insist } from '../fleet/insist.js';
import { MessageFleet } from './message-fleet.js';

const SILOS = 3;
/** Numbers a call. */
const STRIDE = 10;
const REDELIVERY_MS = 7000;
/** Without any movement for so long, what is left stays. */
const PATIENCE_MS = 15_000;

export interface NumberedSettings {
  readonly seed: number;
  readonly events: number;
  readonly emitters: number;
  readonly listeners: number;
  /** Numbers a second, of all emitters. */
  readonly rate: number;
  readonly faults: readonly FaultName[];
  readonly pauseMs: number;
  /** So many refused commits, and known deliveries, show that the faults exercised something. */
  readonly on?: FleetRedis | undefined;
  readonly atLeast: { readonly fenced: number; readonly known: number };
}

export async function numbered(settings: NumberedSettings): Promise<FaultReport> {
  await using fleet = await MessageFleet.start(SILOS, settings.on);
  const { emitters, listeners, faults, pauseMs, seed } = settings;
  await fleet.each(listeners, (index) => fleet.listener(index).listen(emitters, listeners));
  let isOver = false;
  const sending = sendAll(fleet, settings).finally(() => (isOver = true));
  const log = await faultsUntil(fleet, faults, pauseMs, seeded(seed), () => isOver);
  await sending;
  const lastDeath = await killWithoutCalls(fleet, settings, log);
  const outcome = await collect(fleet, settings);
  const letters = await insist(() => fleet.fleet.caller.deadLetters.count());
  return report(fleet, settings, log, outcome, { ...lastDeath, letters });
}

/** Every emitter on its own; resolves when each has sent its part. */
async function sendAll(fleet: MessageFleet, { events, emitters, listeners, rate }: NumberedSettings): Promise<void> {
  const each = Math.ceil(events / emitters);
  const everyMs = (emitters * STRIDE * 1000) / rate;
  await Promise.all(Array.from({ length: emitters }, async (_, index) => {
    await delay((index * everyMs) / emitters);
    // The last stride is sent when a silo is killed.
    for (let sent = 0; sent < each - STRIDE;) {
      const startMs = performance.now();
      sent = await insist(() => fleet.emitter(index).go(STRIDE, each - STRIDE, listeners));
      await delay(Math.max(0, startMs + everyMs - performance.now()));
    }
  }));
}

interface LastDeath {
  /** Messages that nobody sent on or handled by themselves. */
  readonly left: number;
  /** From the kill until nothing was left. */
  readonly tookMs: number;
}

/** The last stride of all emitters, and a silo is killed right then; nobody calls anything until all is settled: what is left wakes nobody by chance. */
async function killWithoutCalls(fleet: MessageFleet, { events, emitters, listeners }: NumberedSettings, log: FaultLog): Promise<LastDeath> {
  const each = Math.ceil(events / emitters);
  const actors = [{ type: 'mf-emitter', count: emitters }, { type: 'mf-listener', count: listeners }];
  await fleet.settled(actors, PATIENCE_MS);
  const calls = Array.from({ length: emitters }, (_, index) => fleet.emitter(index).go(STRIDE, each, listeners).catch(() => undefined));
  await Promise.race(calls);
  const startMs = performance.now();
  log.deaths.push({ of: 'kills', atMs: Date.now() });
  log.counts.kills++;
  fleet.fleet.running[0]!.signal('SIGKILL');
  await Promise.all(calls);
  const left = await fleet.settled(actors, PATIENCE_MS);
  return { left, tookMs: Math.round(performance.now() - startMs) };
}

async function collect(fleet: MessageFleet, { emitters, listeners }: NumberedSettings): Promise<Outcome> {
  return {
    emitters: await fleet.each(emitters, (index) => fleet.emitter(index).committed()),
    applied: await fleet.each(listeners, (index) => fleet.listener(index).all()),
    forwarded: await fleet.each(emitters, (index) => fleet.tally(index).all()),
  };
}

function report(fleet: MessageFleet, settings: NumberedSettings, log: FaultLog, outcome: Outcome, { left, tookMs, letters }: LastDeath & { readonly letters: number }): FaultReport {
  const verdict = judge(outcome);
  const redelivered = redeliveries(outcome.applied, log.deaths);
  const ofKills = redelivered['kills'] ?? [];
  const redelivery = Object.fromEntries(Object.entries(redelivered).map(([of, times]) => [of, { count: times.length, p50: quantile(times, 0.5), p99: quantile(times, 0.99), longest: quantile(times, 1) }]));
  const { surprises, callerFenced } = fleet.fleet;
  return {
    figures: { ...verdict, faults: log.counts, ...fleet.counts, redelivery, lastDeathSettledMs: tookMs, deadLetters: letters, surprises, callerFenced },
    goals: [
      ...goalsOf(verdict), atMost('messages given up, of which none failed by itself', letters, 0), atMost('messages that wait for a call after the last death', left, 0),
      atLeast('messages under way at a kill', ofKills.length, 1), atMost('from a kill to the last of its messages', quantile(ofKills, 1), REDELIVERY_MS, ' ms'),
      atLeast('commits refused (FENCED, DUP)', fleet.counts.fenced + fleet.counts.duplicates, settings.atLeast.fenced),
      atLeast('deliveries that came again', fleet.counts.knownDeliveries, settings.atLeast.known),
    ],
  };
}

function goalsOf(verdict: ReturnType<typeof judge>): readonly Goal[] {
  const none = (name: string, count: number, all: number): Goal => ({ name, goal: 'none', measured: `${count} of ${all}`, isMet: count === 0 && all > 0 });
  return [
    none('committed and missing', verdict.missing, verdict.deliveries), none('applied twice', verdict.twice, verdict.deliveries),
    none('applied and never committed', verdict.unsent, verdict.deliveries), none('out of their order', verdict.outOfOrder, verdict.deliveries),
    none('told on and missing', verdict.forwardsMissing, verdict.forwards), none('told on again', verdict.forwardedAgain, verdict.forwards),
  ];
}
