// The kinds of work that make up the mixed load. Each does the same in every round, and throws when something came out otherwise than it must.
import { strict as assert } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { CallTimeoutError, CancelledError } from '../../sdk/index.js';
import { Errand, Flash, Ledger, Metronome, type Beacon, type Guest } from './actors.js';
import type { MixedClient, MixedWorld } from './world.js';

/** One kind of work, once. */
export type Work = (world: MixedWorld, round: number) => Promise<void>;

const ERRANDS = 40;
const LEDGERS = 100;
const DEPOSITS = 30;
/** Few enough for a block of six rounds to meet all of them: after the first block no key is new. */
const KEYS = 6;
const WAIT_MS = 5000;
const TICK_PAUSE_MS = 20;

async function times(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}

function ledger(world: MixedWorld, index: number) {
  return world.silo.actor(Ledger, `ledger-${index % LEDGERS}`);
}

/** Rejects, naming what was awaited, when nothing came in time. */
async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`${what}: nothing after ${WAIT_MS} ms`)), WAIT_MS)));
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function withClient(world: MixedWorld, name: string, act: (client: MixedClient) => Promise<void>): Promise<void> {
  const client = await world.client(name);
  try {
    await act(client);
  } finally {
    await client.close();
  }
}

async function cancelled(world: MixedWorld, round: number): Promise<void> {
  const controller = new AbortController();
  const call = ledger(world, round).with({ signal: controller.signal }).linger();
  setImmediate(() => controller.abort());
  await assert.rejects(call, CancelledError);
}

async function subscribe(world: MixedWorld, round: number): Promise<void> {
  await withClient(world, `listener-${round % KEYS}`, async (client) => {
    const beacon = client.actor<Beacon>('mixed-beacon', `beacon-${round % KEYS}`);
    let onFlash: (() => void) | undefined;
    const heard = new Promise<void>((resolve) => (onFlash = resolve));
    const stop = await beacon.on(Flash, () => onFlash?.());
    await beacon.flash();
    await inTime('a live event', heard);
    await stop();
    // This one is left to the end of the connection.
    await beacon.on(Flash, () => undefined);
  });
}

async function tick(world: MixedWorld, round: number): Promise<void> {
  const metronome = world.silo.actor(Metronome, `metronome-${round % KEYS}`);
  await metronome.wind();
  const end = performance.now() + WAIT_MS;
  while ((await metronome.ticked()) < 2) {
    assert.ok(performance.now() < end, 'a timer does not ring');
    await delay(TICK_PAUSE_MS);
  }
}

/** A client by long polling that says goodbye, or whose last word is a closed connection. */
async function poll(world: MixedWorld, round: number): Promise<void> {
  const socket = io(world.address, { auth: { token: `poller-${round % KEYS}` }, transports: ['polling'], reconnection: false, forceNew: true });
  await inTime('the welcome of a poller', new Promise<void>((resolve) => socket.once('f', () => resolve())));
  const gone = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
  if (round % 2 === 0) socket.disconnect();
  else socket.io.engine.close();
  await inTime('the end of a poller', gone);
}

/** A connection breaks under a client with a subscription; the client comes back by itself. */
async function reconnect(world: MixedWorld, round: number): Promise<void> {
  const client = await world.client(`wanderer-${round % KEYS}`, true);
  try {
    await client.actor('mixed-beacon', `beacon-${round % KEYS}`).on(Flash, () => undefined);
    let isLost = false;
    const back = new Promise<void>((resolve) => client.on('state', (state) => {
      if (state === 'connected' && isLost) resolve();
      isLost ||= state === 'reconnecting';
    }));
    world.proxy.cut();
    await inTime('a reconnect', back);
    assert.ok((await client.self<Guest>().visit()) > 0);
  } finally {
    await client.close();
  }
}

/** By name, for reports. */
export const MIXED_WORK: Readonly<Record<string, Work>> = {
  'actors for one call': (world, round) => times(ERRANDS, async (index) => assert.equal(await world.silo.actor(Errand, `errand-${round}-${index}`).run(index), 2 * index)),
  'commits': (world, round) => times(DEPOSITS, (index) => ledger(world, round * DEPOSITS + index).deposit(1)),
  'commits with a component': (world, round) => times(10, (index) => ledger(world, round * 10 + index).note(`line ${round}`)),
  'lazy state': (world, round) => times(10, (index) => ledger(world, round * 10 + index).glance()),
  'reads': (world, round) => times(DEPOSITS, (index) => ledger(world, round + index).look()),
  'own durable events': (world, round) => times(5, (index) => ledger(world, round * 5 + index).book(1)),
  'repeats under a key': (world, round) => times(5, async (index) => {
    const keyed = world.silo.actor(Ledger, `keyed-${index}`).with({ idempotencyKey: `key-${round % KEYS}` });
    assert.equal(await keyed.deposit(1), await keyed.deposit(1));
  }),
  'thrown errors': (world, round) => times(5, (index) => assert.rejects(async () => ledger(world, round + index).spoil(), RangeError)),
  'timeouts': (world, round) => assert.rejects(async () => ledger(world, round).with({ timeout: 20 }).linger(), CallTimeoutError),
  'cancelled calls': cancelled,
  'destroys': (world, round) => times(3, async (index) => {
    const doomed = world.silo.actor(Ledger, `doomed-${(round * 3 + index) % KEYS}`);
    assert.equal(await doomed.deposit(1), 1);
    await doomed.manage.destroy();
  }),
  'timers': tick,
  'live subscriptions': subscribe,
  'clients that come and go': (world, round) => times(2, (index) => withClient(world, `guest-${(2 * round + index) % KEYS}`, async (client) => {
    await client.self<Guest>().visit();
    assert.ok((await client.self<Guest>().count()) > 0);
  })),
  'pollers that come and go': poll,
  'lost connections': reconnect,
};

/** Every kind once, side by side. */
export async function mixedRound(world: MixedWorld, round: number): Promise<void> {
  await Promise.all(Object.entries(MIXED_WORK).map(([kind, work]) => work(world, round).catch((cause: unknown) => {
    throw new Error(`${kind}, round ${round}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  })));
}
