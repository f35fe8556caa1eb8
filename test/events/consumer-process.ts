// A process that consumes one partition and nothing else: node consumer-process.js <redis url> <cluster> <partition>
// Says `took <batch>` and holds the batch, until it stood still for over a second: then it says `handled <batch>` and goes on. `warned <text>`
// when BullMQ reports something.
import { BullDeliveryQueues } from '../../events/bull/bull-delivery-queues.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { silentLog } from '../isolation/silent-log.js';

const [url = '', cluster = '', partition = '0'] = process.argv.slice(2);
const STOOD_STILL_MS = 1000;
let stepMs = performance.now();
let wake: () => void = () => undefined;
const woken = new Promise<void>((resolve) => (wake = resolve));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

setInterval(() => {
  if (performance.now() - stepMs > STOOD_STILL_MS) wake();
  stepMs = performance.now();
}, 5);

const warn = (_fields: unknown, message = ''): void => say(`warned ${message}`);
const queues = await BullDeliveryQueues.open({ source: url, cluster, clock: new SystemClock(), log: { ...silentLog, warn } });
queues.consume(Number(partition), async (batch) => {
  const name = new TextDecoder().decode(batch);
  say(`took ${name}`);
  await woken;
  say(`handled ${name}`);
});
