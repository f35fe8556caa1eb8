// Calls through handles from one silo to 1,000 warm actors of another, in two processes, beside the bare framed echo over the same network, in turns.
//   node dist/bench/far-calls.js --redis redis://127.0.0.1:6379 [--seconds 1] [--rounds 5] [--actors 1000] [--top 0]
// The calls change state that is saved when the actors say so: no commit stands in the path. Quote the ratios. `--top 15`: what the time goes
// to at the calling end.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startSilo } from '../silo/index.js';
import { Child } from './client-port/child.js';
import { FarCounter, NearGuest } from './far/actors.js';
import { callsPerSecond, medianMicros } from './links/call-rates.js';
import { FramedEcho } from './links/framed-echo.js';
import { profile } from './support/cpu-profile.js';
import { atLeast, atMost, finish, show } from './support/report.js';
import { median } from './support/rounds.js';

const { values } = parseArgs({
  options: {
    redis: { type: 'string' }, seconds: { type: 'string', default: '1' }, rounds: { type: 'string', default: '5' }, actors: { type: 'string', default: '1000' },
    top: { type: 'string', default: '0' },
  },
});
if (values.redis === undefined) throw new Error('far-calls: --redis URL is needed: two silos meet there');
const { redis } = values;
const settings = { measureMs: Number(values.seconds) * 1000, rounds: Number(values.rounds), actors: Number(values.actors) };
const IN_FLIGHT = [1, 100, 1000];
const LONE_CALLS = 2000;
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
const measured = new Map<string, number[]>();
const record = (name: string, figure: number): void => void measured.set(name, [...(measured.get(name) ?? []), figure]);

for (const call of Object.values(calls)) await callsPerSecond(call, 100, Math.min(1000, settings.measureMs));
for (let round = 0; round < settings.rounds; round++) {
  for (const inFlight of IN_FLIGHT) {
    for (const [name, call] of Object.entries(calls)) record(`${name}, ${inFlight} in flight, per second`, await callsPerSecond(call, inFlight, settings.measureMs));
  }
  for (const [name, call] of Object.entries(calls)) record(`${name}, alone, p50 µs`, await medianMicros(call, LONE_CALLS));
}
const figures = Object.fromEntries([...measured].map(([name, all]) => [name, median(all)]));
for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(60)} ${show(figure).padStart(10)}`);

if (Number(values.top) > 0) {
  const entries = await profile(async () => void (await callsPerSecond(calls['add(n)']!, 100, settings.measureMs)));
  for (const { name, place, selfShare } of entries.slice(0, Number(values.top))) console.log(`${(100 * selfShare).toFixed(1).padStart(5)} %  ${name.padEnd(36)} ${place}`);
}

const ratio = (name: string): number => figures[`add(n), ${name}`]! / figures[`echo, ${name}`]!;
finish({
  bench: 'far-calls', settings: { ...settings, echoBytes: PAYLOAD.length }, figures,
  goals: [
    atLeast('calls per second of the bare echo, 100 in flight', ratio('100 in flight, per second'), 0.5),
    atLeast('calls per second of the bare echo, 1000 in flight', ratio('1000 in flight, per second'), 0.5),
    atMost('p50 of a lone call, of the echo', ratio('alone, p50 µs'), 1.5),
  ],
});
