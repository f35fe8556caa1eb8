// Calls through handles from one silo to 1,000 warm actors of another, in two processes, beside the bare framed echo over the same network, in turns.
//   node dist/bench/far-calls.js --redis redis://127.0.0.1:6379 [--seconds 1] [--rounds 5] [--actors 1000] [--top 0] [--top-far 0]
// The calls change state that is saved when the actors say so: no commit stands in the path. Quote the ratios. `--top 15`: what the time goes
// to at the calling end; `--top-far 15`: at the far one.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startSilo } from '../silo/index.js';
import { Child } from './client-port/child.js';
import { FarCounter, NearGuest } from './far/actors.js';
import { measureBeside, printFarTop, printTop } from './links/calls-beside.js';
import { FramedEcho } from './links/framed-echo.js';
import type { ProfileEntry } from './support/cpu-profile.js';
import { atLeast, atMost, finish } from './support/report.js';

const { values } = parseArgs({
  options: {
    redis: { type: 'string' }, seconds: { type: 'string', default: '1' }, rounds: { type: 'string', default: '5' }, actors: { type: 'string', default: '1000' },
    top: { type: 'string', default: '0' }, 'top-far': { type: 'string', default: '0' },
  },
});
if (values.redis === undefined) throw new Error('far-calls: --redis URL is needed: two silos meet there');
const { redis } = values;
const settings = { measureMs: Number(values.seconds) * 1000, rounds: Number(values.rounds), actors: Number(values.actors) };
const PAYLOAD = new Uint8Array(100).fill(7);

const cluster = `far-${randomUUID()}`;
await using child = new Child<{ readonly silo: string }>('../far/far-process.js', [redis, cluster]);
const { silo: farId } = await child.next();
await using near = await startSilo({ modules: [NearGuest], redis, cluster, log: 'error' });
await using echo = await FramedEcho.open();

const actors = Array.from({ length: settings.actors }, (_, index) => near.actor(FarCounter, `counter-${index}`));
await Promise.all(actors.map((actor) => actor.read()));
const places = await Promise.all(actors.slice(0, 10).map((actor) => actor.manage.activation()));
if (places.some((place) => place?.silo !== farId)) throw new Error('far-calls: the actors are not on the far silo');

let serial = 0;
const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  'echo': () => echo.call(PAYLOAD),
  'add(n)': () => actors[serial++ % actors.length]!.add(1),
  'read-only': () => actors[serial++ % actors.length]!.read(),
};

const figures = await measureBeside(calls, settings);
await printTop(calls['add(n)']!, settings.measureMs, Number(values.top));
await printFarTop(calls['add(n)']!, settings.measureMs, Number(values['top-far']), (profileMs) => child.ask<readonly ProfileEntry[]>({ profileMs }));

const ratio = (name: string): number => figures[`add(n), ${name}`]! / figures[`echo, ${name}`]!;
finish({
  bench: 'far-calls', settings: { ...settings, echoBytes: PAYLOAD.length }, figures,
  goals: [
    atLeast('calls per second of the bare echo, 100 in flight', ratio('100 in flight, per second'), 0.5),
    atLeast('calls per second of the bare echo, 1000 in flight', ratio('1000 in flight, per second'), 0.5),
    atMost('p50 of a lone call, of the echo', ratio('alone, p50 µs'), 1.5),
  ],
});
