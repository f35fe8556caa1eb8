// Consumers in processes of their own that die, or stand still, in the middle of a batch. Both wait for a lock to end, so they run side by side.
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { BullDeliveryQueues } from '../../events/bull/bull-delivery-queues.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { silentLog } from '../isolation/silent-log.js';
import { phase } from '../state/phase.js';
import { RedisBench } from '../state/redis-bench.js';
import { TestProcess } from '../support/processes.js';
import { addAll, named, TestConsumer } from './contract/queue-bench.js';

const PROGRAM = fileURLToPath(new URL('./consumer-process.js', import.meta.url));
/** protocol.md §6. */
const COMES_AGAIN_MS = 7000;

/** Resolves to how long it took. */
async function within(ms: number, name: string, isReached: () => boolean): Promise<number> {
  const startMs = performance.now();
  while (!isReached()) {
    if (performance.now() - startMs > ms) throw new Error(`"${name}" was not reached within ${ms} ms`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return performance.now() - startMs;
}

describe('a process that consumes', () => {
  let redis: RedisBench;
  let queues: BullDeliveryQueues;
  before(async () => {
    redis = await RedisBench.open();
    queues = await BullDeliveryQueues.open({ source: redis.url, cluster: redis.cluster, clock: new SystemClock(), log: silentLog });
  });
  after(async () => {
    await queues.stop();
    await redis.dispose();
  });

  const taking = async (partition: number): Promise<TestProcess> => {
    const child = new TestProcess([PROGRAM, redis.url, redis.cluster, String(partition)]);
    await addAll(queues, partition, named(4));
    await child.waitForOutput(/^took batch 0$/m);
    return child;
  };

  /** The next consumer waits already. */
  const killed = async () => {
    await using child = await taking(1);
    const next = new TestConsumer(queues, 1);
    child.kill('SIGKILL');
    const ms = await within(10_000, 'the batch comes again', () => next.seen.length > 0);
    await phase('all are handled', async () => (await queues.depth(1)) === 0);
    return { ms, seen: next.seen };
  };

  /** It wakes while the next consumer has the batch. */
  const stopped = async () => {
    await using child = await taking(2);
    const next = new TestConsumer(queues, 2, { isHolding: true });
    child.kill('SIGSTOP');
    const ms = await within(10_000, 'the batch comes again', () => next.seen.length > 0);
    child.kill('SIGCONT');
    await child.waitForOutput(/^handled batch 0$/m);
    await child.waitForOutput(/^warned .*lock/im);
    const { stdout } = child;
    child.kill('SIGKILL');
    await child.ended;
    for (let count = 1; count <= 4; count++) {
      next.release();
      if (count < 4) await phase(`batch ${count} runs`, () => next.seen.length === count + 1);
    }
    await phase('all are handled', async () => (await queues.depth(2)) === 0);
    return { ms, seen: next.seen, stdout };
  };

  it('and dies, or stands still past its lock: its batch comes again within 7 s, nothing overtakes it, and who wakes late changes nothing', async function () {
    this.timeout(60_000);
    const [death, sleep] = await Promise.all([killed(), stopped()]);
    for (const { ms, seen } of [death, sleep]) {
      expect(ms).to.be.within(1000, COMES_AGAIN_MS);
      expect(seen).to.deep.equal(named(4));
    }
    expect(sleep.stdout).not.to.include('took batch 1');
  });
});
