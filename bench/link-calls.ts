// Calls from one silo's links to another's: envelopes with chain, caller and deadline, encoded, sent, decoded, answered. No actors.
//   node dist/bench/link-calls.js [--seconds 1] [--rounds 5] [--top 0]
// Two processes over Socket.IO, beside the bare framed echo over the same network, in turns; before that both ends in one process, on the
// network in memory. Quote the ratios. `--top 15`: what the time goes to at the calling end.
import { parseArgs } from 'node:util';
import type { Member } from '../protocol/ports/index.js';
import { SystemClock } from '../protocol/system-clock.js';
import type { LinkPool } from '../silo/links/link-pool.js';
import { MemoryNetwork } from '../transport/memory-network.js';
import { SocketFrameNetwork } from '../transport/socket-frame-network.js';
import { Child } from './client-port/child.js';
import { callsPerSecond } from './links/call-rates.js';
import { measureBeside, printTop } from './links/calls-beside.js';
import { KEYS, openCountingPool } from './links/counting-pool.js';
import { ECHO, FramedEcho } from './links/framed-echo.js';
import { atLeast, atMost, finish } from './support/report.js';

type Call = () => Promise<unknown>;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '1' }, rounds: { type: 'string', default: '5' }, top: { type: 'string', default: '0' } } });
const settings = { measureMs: Number(values.seconds) * 1000, rounds: Number(values.rounds) };
const PAYLOAD = new Uint8Array(100).fill(7);

const clock = new SystemClock();
const measured = new Map<string, number[]>();
const record = (name: string, figure: number): void => void measured.set(name, [...(measured.get(name) ?? []), figure]);
const caller = { entity: { type: 'bench-caller', key: 'c1' }, isOpen: true, caller: undefined, holdsBack: undefined };
let serial = 0;

function callOver(pool: LinkPool, to: Member, argsOf: () => readonly unknown[]): Call {
  return () => pool.invoke(to, {
    kind: 'call', target: { type: 'bench-counter', key: KEYS[serial++ % KEYS.length]! }, method: 'add', args: argsOf(), from: caller.entity, identity: undefined, caller,
    chain: { id: 'k3j2h1g0-77', lineage: undefined }, deadlineMs: clock.monotonicMs() + 30_000, timeoutMs: 30_000, signal: undefined, idempotencyKey: undefined,
    baggage: undefined, hops: 0,
  });
}

function memberAt(siloId: string, incarnation: string, address: string): Member {
  return { siloId, incarnation, address, status: 'up', startedAt: 0, labels: {}, types: {} };
}

/** Before there is a socket: all of it runs in microtasks, and no socket is served meanwhile. */
async function measureInOneProcess(): Promise<void> {
  const wire = new MemoryNetwork({ clock });
  const far = wire.silo(ECHO.far);
  const pools = [await openCountingPool(wire.silo(ECHO.near), ECHO.near, clock), await openCountingPool(far, ECHO.far, clock)] as const;
  const call = callOver(pools[0], memberAt('far', 'far-1', far.address), () => [1]);
  for (let round = 0; round <= settings.rounds; round++) {
    const rate = await callsPerSecond(call, 100, settings.measureMs);
    if (round > 0) record('call, both ends in one process, 100 in flight, per second', rate);
  }
  for (const pool of pools) await pool.close();
}

await measureInOneProcess();

await using child = new Child<{ readonly address: string }>('../links/pool-process.js', []);
const { address } = await child.next();
const near = await openCountingPool(new SocketFrameNetwork({ ...ECHO.near, incarnation: 'near-2' }), { siloId: 'near', incarnation: 'near-2' }, clock);
const far = memberAt('far', ECHO.far.incarnation, address);
await using echo = await FramedEcho.open();

const calls: Readonly<Record<string, Call>> = {
  'echo': () => echo.call(PAYLOAD),
  'call': callOver(near, far, () => [1]),
  'call with an object': callOver(near, far, () => [1, { x: 1.5, y: 2.5, name: 'spot' }]),
};

const figures = await measureBeside(calls, settings, measured);
await printTop(calls['call']!, settings.measureMs, Number(values.top));

await near.close();
const ratio = (name: string): number => figures[`call, ${name}`]! / figures[`echo, ${name}`]!;
finish({
  bench: 'link-calls', settings: { ...settings, echoBytes: PAYLOAD.length }, figures,
  goals: [
    atLeast('calls per second of the bare echo, 100 in flight', ratio('100 in flight, per second'), 0.5),
    atLeast('calls per second of the bare echo, 1000 in flight', ratio('1000 in flight, per second'), 0.5),
    atMost('p50 of a lone call, of the echo', ratio('alone, p50 µs'), 1.5),
  ],
});
