// Broadcasts with receipts while a silo is down: that of a listener, or that of the emitter, whose broadcast is then looked up by its id from another.
import { setTimeout as delay } from 'node:timers/promises';
import type { Broadcast, Handle } from '../../sdk/index.js';
import { atLeast, atMost } from '../support/report.js';
import type { FleetRedis } from '../fleet/fleet-redis.js';
import type { FaultReport } from '../fleet/load.js';
import { quantile } from '../fleet/random.js';
import type { SiloProcess } from '../fleet/silo-process.js';
import type { Crier, Hearer } from './receipts-actors.js';
import { insist } from '../fleet/insist.js';
import { MessageFleet } from './message-fleet.js';

const HEARERS = 5;
const SILOS = 3;
/** Frozen, a silo is not taken for dead yet, and nobody can have what is for its actors. */
const FROZEN_MS = 1000;
const CALL = { timeout: 10_000 };

interface Tried {
  readonly wrong: string[];
  readonly receivedMs: number[];
  readonly processedMs: number[];
}

/** Each round: once with a listener's silo frozen and then killed, once with the emitter's killed after the commit. */
export async function receipts(rounds: number, on?: FleetRedis): Promise<FaultReport> {
  await using fleet = await MessageFleet.start(SILOS, on);
  for (let index = 0; index < HEARERS; index++) await insist(() => hearer(fleet, index).listen());
  const tried: Tried = { wrong: [], receivedMs: [], processedMs: [] };
  let n = 0;
  for (let round = 0; round < rounds; round++) {
    await listenerDown(fleet, ++n, tried);
    await emitterKilled(fleet, ++n, tried);
  }
  const heard = await fleet.each(HEARERS, (index) => hearer(fleet, index).all());
  const numbers = Array.from({ length: n }, (_, at) => at + 1);
  const unlike = heard.filter((list) => list.join() !== numbers.join()).length;
  const { wrong, receivedMs, processedMs } = tried;
  return {
    figures: { broadcasts: n, wrong, receivedLongest: quantile(receivedMs, 1), processedP50: quantile(processedMs, 0.5), processedLongest: quantile(processedMs, 1) },
    goals: [
      atLeast('broadcasts', n, 2 * rounds), atMost('receipts that were not true', wrong.length, 0), atMost('listeners that have not each of them once, in order', unlike, 0),
      atMost('from a death to processed, the longest', Math.round(Math.max(...processedMs)), 10_000, ' ms'),
    ],
  };
}

async function listenerDown(fleet: MessageFleet, n: number, tried: Tried): Promise<void> {
  const victim = await apart(fleet);
  victim.signal('SIGSTOP');
  const id = await insist(() => crier(fleet).cry(n));
  const broadcast = fleet.fleet.caller.broadcast(id);
  let isReceived = false;
  const received = broadcast.received.then((result) => {
    isReceived = true;
    return result;
  });
  await delay(FROZEN_MS);
  if (isReceived) tried.wrong.push(`${n}: received, though the silo of a listener was frozen`);
  victim.signal('SIGKILL');
  await watch(fleet, n, received, broadcast, tried);
}

async function emitterKilled(fleet: MessageFleet, n: number, tried: Tried): Promise<void> {
  const id = await insist(() => crier(fleet).cry(n));
  (await hostOf(fleet, crier(fleet)))!.signal('SIGKILL');
  const broadcast = fleet.fleet.caller.broadcast(id);
  await watch(fleet, n, broadcast.received, broadcast, tried);
}

/** Both receipts come, in this order, and say the truth as the states show it. */
async function watch(fleet: MessageFleet, n: number, received: Broadcast['received'], broadcast: Broadcast, tried: Tried): Promise<void> {
  const startMs = performance.now();
  const { delivered } = await received;
  tried.receivedMs.push(Math.round(performance.now() - startMs));
  if (delivered !== HEARERS) tried.wrong.push(`${n}: received says ${delivered}`);
  const processed = await broadcast.processed;
  tried.processedMs.push(Math.round(performance.now() - startMs));
  if (processed.delivered !== HEARERS || processed.failed.length > 0) tried.wrong.push(`${n}: processed says ${JSON.stringify(processed)}`);
  const heard = await fleet.each(HEARERS, (index) => hearer(fleet, index).all());
  const without = heard.filter((list) => !list.includes(n)).length;
  if (without > 0) tried.wrong.push(`${n}: processed, though ${without} listeners have not heard it`);
  await fleet.fleet.complete();
}

/** A silo that has a listener and not the emitter: they are moved apart until there is one. */
async function apart(fleet: MessageFleet): Promise<SiloProcess> {
  for (;;) {
    const emitters = await insist(() => hostOf(fleet, crier(fleet)));
    for (let index = 0; index < HEARERS; index++) {
      const host = await insist(() => hostOf(fleet, hearer(fleet, index)));
      if (host && host !== emitters) return host;
    }
    await insist(() => hearer(fleet, 0).manage.deactivate());
    await insist(() => hearer(fleet, 0).all());
  }
}

/** Where it is active; it is activated if it is not. */
async function hostOf(fleet: MessageFleet, handle: Handle<Crier> | Handle<Hearer>): Promise<SiloProcess | undefined> {
  const where = await handle.manage.activation();
  return fleet.fleet.running.find(({ siloId }) => siloId === where?.silo);
}

function crier(fleet: MessageFleet): Handle<Crier> {
  return fleet.fleet.caller.actor<Crier>('mf-crier', '0').with(CALL);
}

function hearer(fleet: MessageFleet, index: number): Handle<Hearer> {
  return fleet.fleet.caller.actor<Hearer>('mf-hearer', String(index)).with(CALL);
}
