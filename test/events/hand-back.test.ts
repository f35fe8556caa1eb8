// What the consumer of a dead silo held comes back at once, and from nobody else anything is taken.
import { expect } from 'chai';
import { BullDeliveryQueues } from '../../events/bull/bull-delivery-queues.js';
import { handBack } from '../../events/bull/hand-back.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { RedisExecutor } from '../../state/redis-executor.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { silentLog } from '../isolation/silent-log.js';
import { phase } from '../state/phase.js';
import { RedisBench } from '../state/redis-bench.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { addAll, named, TestConsumer } from './contract/queue-bench.js';

describe('the batch that a dead silo held', () => {
  let redis: RedisBench;
  let proxy: TcpProxy;
  /** Its way to Redis can be cut. */
  let dying: BullDeliveryQueues;
  let others: BullDeliveryQueues;

  beforeEach(async () => {
    redis = await RedisBench.open();
    proxy = await TcpProxy.start(redis.url);
    const open = (source: string) => BullDeliveryQueues.open({ source, cluster: redis.cluster, clock: new SystemClock(), log: silentLog });
    [dying, others] = [await open(proxy.url), await open(redis.url)];
  });
  afterEach(async () => {
    proxy.release();
    await Promise.all([dying.stop(), others.stop()]);
    await proxy.stop();
    await redis.dispose();
  });

  /** Nothing is heard of it any more, and its lock does not end. */
  async function dieWithBatch(): Promise<TestConsumer> {
    const consumer = new TestConsumer(dying, 1, { isHolding: true });
    await addAll(others, 1, named(3));
    await phase('it runs', () => consumer.running === 1);
    proxy.stallAll();
    for (const lock of await redis.keys(':lock')) await redis.ask('persist', lock);
    return consumer;
  }

  it('comes to the next one before all others, however long its lock would last', async () => {
    const dead = await dieWithBatch();
    const next = new TestConsumer(others, 1, { isOfDead: true });
    await phase('all are handled', async () => (await others.depth(1)) === 0);
    expect([dead.seen, next.seen]).to.deep.equal([['batch 0'], named(3)]);
    expect(next.mostAtOnce).to.equal(1);
    dead.release();
  });

  it('is not taken from who has it by now, where the word comes late or again', async () => {
    const dead = await dieWithBatch();
    const executor = new RedisExecutor(redis.connection.scripts);
    const sent: Parameters<RedisExecutor['run']>[] = [];
    const noting = {
      command: (name: string, ...args: string[]) => executor.command(name, ...args),
      run: (...args: Parameters<RedisExecutor['run']>) => {
        sent.push(args);
        return executor.run(...args);
      },
    };
    await handBack(noting, new RedisKeys(redis.cluster).partition(1), 'q');
    const next = new TestConsumer(others, 1, { isHolding: true });
    await phase('another has it', () => next.running === 1);
    const [lock] = await redis.keys(':lock');
    const holder = await redis.ask('get', lock!);
    await executor.run(...sent[0]!);
    expect([sent.length, await redis.ask('get', lock!)]).to.deep.equal([1, holder]);
    for (let batch = 0; batch < 3; batch++) {
      await phase('the next one', () => next.seen.length === batch + 1);
      next.release();
    }
    await phase('all are handled', async () => (await others.depth(1)) === 0);
    expect(next.seen).to.deep.equal(named(3));
    executor.stop();
    dead.release();
  });
});
