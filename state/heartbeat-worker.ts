// The entry of the helper thread: BEAT on a connection of its own, for as long as the main loop ticks (protocol.md §4).
//   T1. It extends the lease to no later than the beat's sending + its length, and to no later than the loop's last tick + its limit.
//   T2. DEAD and another genesis revoke the lease in shared memory at once, before anybody is told: the loop may be blocked.
import type { SiloLoad } from '../protocol/ports/membership.js';
import { ProcessClock } from '../protocol/process-clock.js';
import { BeatLoop } from './beat-loop.js';
import { openThreadSide } from './heartbeat-thread.js';
import type { BeatAnswer } from './membership-table.js';
import { RedisBeats } from './redis-beats.js';
import { createClient } from './redis-source.js';
import { SharedPulse } from './shared-pulse.js';

let load: SiloLoad | undefined;
const { orders, tell } = openThreadSide((told) => (load = told));
const { source, cluster, incarnation, genesis, periodMs, timeoutMs, leaseMs, loopLimitMs } = orders;
const clock = new ProcessClock();
const pulse = SharedPulse.open(orders.pulse);
const client = createClient(source, 'heartbeats');
client.on('error', () => undefined); // The lease says what comes of it; an 'error' event without a listener goes to the console.
const beats = new RedisBeats(client, cluster);

const loop = new BeatLoop({
  clock, periodMs, timeoutMs, onAnswer,
  mayBeat: () => clock.monotonicMs() - pulse.tickMs <= loopLimitMs,
  send: () => beats.beat(incarnation, genesis, load),
  onTick: () => undefined,
  abandon: () => beats.abandon(),
});

function onAnswer(answer: BeatAnswer, sentAtMs: number): void {
  if (answer.status === 'ok') return pulse.extend(Math.min(sentAtMs + leaseMs, pulse.tickMs + loopLimitMs)); // T1
  pulse.revoke(); // T2
  loop.stop();
  client.disconnect();
  tell(answer);
}

client.connect().catch(() => undefined); // It tries again by itself.
loop.start();
