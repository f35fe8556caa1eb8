// The silo under attack, in a process of its own, which watches its own loop. Arguments: Redis URL, cluster, perhaps `neighbour`. Speaks over IPC:
// once `{ address }`; for each `'reset'` and `'read'` of its parent a `Vitals`.
import { setPriority } from 'node:os';
import { UnauthenticatedError } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';
import { Account, Echo, Fountain, Visitor } from './target.js';

/** What the silo knows of itself since the last reset. */
export interface Vitals {
  /** Longest time that its loop did not come round, in milliseconds. */
  readonly stallMs: number;
  /** Longest time that its process computed in one of those: the part of a stall that is no other process's doing. */
  readonly busyMs: number;
  /** Highest seen. */
  readonly rssMb: number;
  readonly activations: number;
}

const BEAT_MS = 5;

let stallMs = 0;
let busyMs = 0;
let rssMb = 0;
let beatAt = performance.now();
let beatCpu = process.cpuUsage();

function beat(): void {
  const nowMs = performance.now();
  const used = process.cpuUsage(beatCpu);
  const gapMs = nowMs - beatAt - BEAT_MS;
  stallMs = Math.max(stallMs, gapMs);
  busyMs = Math.max(busyMs, Math.min(gapMs, (used.user + used.system) / 1000));
  rssMb = Math.max(rssMb, process.memoryUsage.rss() / 1_048_576);
  beatAt = performance.now();
  beatCpu = process.cpuUsage();
}

const [redis = '', cluster = '', role = ''] = process.argv.slice(2);
// See arena.ts.
if (role === 'neighbour') setPriority(19);
const silo = await startSilo({
  cluster, redis, log: 'silent', modules: [Account, Echo, Fountain, Visitor],
  gateway: {
    port: 0, session: 'visitor',
    authenticate: ({ token }) => {
      if (token === undefined || !/^[a-z0-9-]{1,40}$/.test(token)) throw new UnauthenticatedError('a token has 1 to 40 letters, digits and dashes');
      return { id: token };
    },
  },
});

process.on('message', (what) => {
  if (what === 'stop') return void silo.stop().then(() => process.exit(0));
  beat();
  const vitals: Vitals = { stallMs, busyMs, rssMb, activations: silo.activations().length };
  if (what === 'reset') {
    stallMs = busyMs = rssMb = 0;
    (globalThis as { gc?: () => void }).gc?.();
    beatAt = performance.now();
    beatCpu = process.cpuUsage();
    rssMb = process.memoryUsage.rss() / 1_048_576;
  }
  process.send?.(vitals);
});
process.on('disconnect', () => process.exit(1));
setInterval(beat, BEAT_MS);
process.send?.({ address: silo.gatewayAddress });
