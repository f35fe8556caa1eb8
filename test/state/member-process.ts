// A process that is a member and nothing else: node member-process.js <redis url> <cluster> [leave-it]
// Says `joined <incarnation>`; after it stood still for over a second, in its first step, `woke <valid>`, and once its lease is good again
// `valid`; `fenced <ms since it woke>` when it hears so. With `leave-it` it lets go of all that could keep it alive.
import { SystemClock } from '../../protocol/system-clock.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisMembership } from '../../state/redis-membership.js';
import { phase } from './phase.js';

const [url = '', cluster = '', mode] = process.argv.slice(2);
const STOOD_STILL_MS = 1000;
const clock = new SystemClock();
const connection = await RedisConnection.open(url);
const membership = new RedisMembership(connection, { siloId: 'process', address: 'a', clock, cluster, thread: { source: url, log: console } });
let stepMs = clock.monotonicMs();
let wokeMs = stepMs;
let isWaiting = false;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function step(): void {
  const nowMs = clock.monotonicMs();
  if (nowMs - stepMs > STOOD_STILL_MS) {
    const isValid = membership.isValid || membership.mayAccept;
    wokeMs = nowMs;
    isWaiting = true;
    say(`woke ${isValid}`);
  }
  if (isWaiting && membership.isValid) {
    isWaiting = false;
    say('valid');
  }
  stepMs = nowMs;
}

membership.onFenced(() => say(`fenced ${(clock.monotonicMs() - wokeMs).toFixed(0)}`));
await membership.start();
if (mode === 'leave-it') {
  await phase('the thread runs', () => (process.report.getReport() as { readonly workers: readonly unknown[] }).workers.length === 1);
  say('the thread runs');
  connection.close();
} else {
  setInterval(step, 5);
  say(`joined ${membership.incarnation}`);
}
