// Calls between two silos' link pools in one process, on the network in memory: encoding, both ends' bookkeeping and decoding, without sockets.
//   node dist/bench/link-calls.js [--seconds 2] [--rounds 3] [--goal 195000] [--top 15]
// Both ends share a core here: two processes have one each.
import { parseArgs } from 'node:util';
import { createCodec } from '../protocol/codec/index.js';
import type { Envelope } from '../protocol/envelope.js';
import type { Member } from '../protocol/ports/index.js';
import { SystemClock } from '../protocol/system-clock.js';
import { LinkPool } from '../silo/links/link-pool.js';
import { createLogger } from '../silo/log.js';
import { MemoryNetwork } from '../transport/memory-network.js';
import { profile } from './support/cpu-profile.js';
import { atLeast, finish } from './support/report.js';
import { measureInTurns, type Loop } from './support/rounds.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '3' }, goal: { type: 'string', default: '195000' }, top: { type: 'string', default: '15' },
  },
});
const settings = { rounds: Number(values.rounds), measureMs: Number(values.seconds) * 1000 };

const clock = new SystemClock();
const wire = new MemoryNetwork({ clock });
const keys = Array.from({ length: 1000 }, (_, index) => `actor-${index}`);
const counts = new Map(keys.map((key) => [key, 0]));

/** What an actor with one counter would do, without the actor. */
function add({ target, args }: Envelope): Promise<unknown> {
  const value = counts.get(target.key)! + (args[0] as number);
  counts.set(target.key, value);
  return Promise.resolve(value);
}

async function startPool(siloId: string): Promise<{ readonly pool: LinkPool; readonly member: Member }> {
  const network = wire.silo({ siloId, incarnation: `${siloId}1` });
  const handler = { invoke: add, control: (_topic: string, body: unknown) => Promise.resolve(body) };
  const pool = new LinkPool({ network, clock, handler, codec: createCodec(), self: { siloId, incarnation: `${siloId}1` }, log: createLogger('silent', {}) });
  await pool.start();
  return { pool, member: { siloId, incarnation: `${siloId}1`, address: network.address, status: 'up', startedAt: 0, labels: {}, types: {} } };
}

const near = await startPool('a');
const far = await startPool('b');
const caller = { entity: { type: 'bench-caller', key: 'c1' }, isOpen: true, caller: undefined, holdsBack: undefined };
let serial = 0;

function call(args: readonly unknown[]): Promise<unknown> {
  return near.pool.invoke(far.member, {
    kind: 'call', target: { type: 'bench-counter', key: keys[serial++ % keys.length]! }, method: 'add', args, from: caller.entity, caller,
    chain: { id: 'k3j2h1g0-77' }, deadlineMs: clock.monotonicMs() + 30_000, timeoutMs: 30_000, hops: 0,
  });
}

/** So many strands at once, sharing the count. */
function strands(width: number, argsOf: () => readonly unknown[]): Loop {
  return async (count) => {
    await Promise.all(Array.from({ length: width }, async () => {
      for (let i = 0; i < count / width; i++) await call(argsOf());
    }));
  };
}

const one = () => [1];
const withObject = () => [1, { x: 1.5, y: 2.5, name: 'spot' }];
const rates = await measureInTurns({
  'alone': strands(1, one), '100 in flight': strands(100, one), '1000 in flight': strands(1000, one), '100 in flight, with an object': strands(100, withObject),
}, settings);
for (const [name, rate] of Object.entries(rates)) console.log(`${name.padEnd(32)} ${Math.round(rate).toLocaleString('en').padStart(12)} calls/s  ${(1e6 / rate).toFixed(2).padStart(8)} µs`);

const loop = strands(100, one);
const entries = await profile(async () => {
  const end = performance.now() + settings.measureMs;
  while (performance.now() < end) await loop(2000);
});
console.log('\n100 in flight: own time');
for (const { name, place, selfShare } of entries.slice(0, Number(values.top))) console.log(`${(100 * selfShare).toFixed(1).padStart(5)} %  ${name.padEnd(36)} ${place}`);

await near.pool.close();
await far.pool.close();
finish({
  bench: 'link-calls', settings: { ...settings, network: 'memory' }, figures: { perSecond: rates },
  goals: [atLeast('calls per second, both ends on one core, 100 in flight', rates['100 in flight'], Number(values.goal))],
});
