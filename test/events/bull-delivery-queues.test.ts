import { expect } from 'chai';
import { Redis } from 'ioredis';
import { BullDeliveryQueues } from '../../events/bull/bull-delivery-queues.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { deliveryQueuesContract } from '../contracts/delivery-queues.contract.js';
import { silentLog } from '../isolation/silent-log.js';
import type { RedisClient } from '../../state/redis-client.js';
import type { RedisSource } from '../../state/redis-source.js';
import { phase } from '../state/phase.js';
import { RedisBench } from '../state/redis-bench.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { bytes, named, TestConsumer } from './contract/queue-bench.js';

deliveryQueuesContract('BullMQ', async () => {
  const redis = await RedisBench.open();
  const clock = new SystemClock();
  return {
    open: () => BullDeliveryQueues.open({ source: redis.url, cluster: redis.cluster, clock, log: silentLog }),
    now: () => Date.now(), pass: () => undefined, dispose: () => redis.dispose(),
  };
});

describe('BullDeliveryQueues', () => {
  let redis: RedisBench;
  const open = (source: RedisSource) => BullDeliveryQueues.open({ source, cluster: redis.cluster, clock: new SystemClock(), log: silentLog });
  beforeEach(async () => (redis = await RedisBench.open()));
  afterEach(() => redis.dispose());

  it('leaves nothing of handled batches, and few events', async () => {
    const queues = await open(redis.url);
    const consumer = new TestConsumer(queues, 1);
    await Promise.all(named(300).map((each) => queues.add(1, bytes(each))));
    await queues.addDelayed(1, 'later', bytes('later'), Date.now() + 20);
    await phase('all are handled', async () => consumer.seen.length === 301 && (await queues.depth(1)) === 0);
    await queues.stop();
    const rest = (await redis.keys()).filter((key) => !/:q:(meta|id|events|marker|stalled-check)$/.test(key));
    expect(rest).to.deep.equal([]);
    expect(Number(await redis.ask('xlen', `troupe:{${redis.cluster}/p/1}:q:events`))).to.be.below(250);
  });

  it('makes one connection for a silo and one for each partition that it consumes, and closes all of them', async () => {
    const proxy = await TcpProxy.start(redis.url);
    try {
      const queues = await open(proxy.url);
      for (let partition = 0; partition < 32; partition++) await queues.add(partition, bytes('x'));
      expect(proxy.connections).to.equal(1);
      const consumers = Array.from({ length: 32 }, (_, partition) => new TestConsumer(queues, partition));
      await phase('all are handled', () => consumers.every(({ seen }) => seen.length === 1));
      await proxy.phase('every worker waits', ({ connections }) => connections === 33);
      await consumers[0]!.stop();
      await proxy.phase('one is closed', ({ connections }) => connections === 32);
      await queues.stop();
      await proxy.phase('all are closed', ({ connections }) => connections === 0);
    } finally {
      await proxy.stop();
    }
  });

  it('refuses a client that has a prefix of its own for keys', async () => {
    const { hostname, port } = new URL(redis.url);
    const error: unknown = await open({ host: hostname, port: Number(port || 6379), keyPrefix: 'mine:' }).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(String(error)).to.include('keyPrefix');
  });

  it('asks a given function for each client', async () => {
    let made = 0;
    const source = (): RedisClient => {
      made += 1;
      return new Redis(redis.url, { maxRetriesPerRequest: null });
    };
    const queues = await open(source);
    const consumer = new TestConsumer(queues, 1);
    await queues.add(1, bytes('x'));
    await phase('it is handled', () => consumer.seen.length === 1);
    expect(made).to.equal(2);
    await queues.stop();
  });
});
