// The store and the membership through a Sentinel: one master, one replica.
import { expect } from 'chai';
import { BullDeliveryQueues } from '../../events/bull/bull-delivery-queues.js';
import { SystemClock } from '../../protocol/system-clock.js';
import type { Durability } from '../../state/durability.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { deliveryQueuesContract } from '../contracts/delivery-queues.contract.js';
import { addAll, named, TestConsumer } from '../events/contract/queue-bench.js';
import { silentLog } from '../isolation/silent-log.js';
import { membershipContract } from '../contracts/membership.contract.js';
import { stateStoreContract } from '../contracts/state-store.contract.js';
import { TestRedisSentinel } from '../support/redis-sentinel.js';
import { phase } from './phase.js';
import { clusterOver, uniqueCluster } from './redis-bench.js';

describe('through a Sentinel', () => {
  let redis: TestRedisSentinel;
  before(async function () {
    this.timeout(60_000);
    redis = await TestRedisSentinel.start();
  });
  after(() => redis?.stop());

  stateStoreContract('Redis behind a Sentinel', async () => {
    const connection = await RedisConnection.open(redis.source);
    return { store: new RedisStateStore(connection.scripts, { cluster: uniqueCluster() }), dispose: async () => connection.close() };
  });

  stateStoreContract('Redis behind a Sentinel, replicated', async () => {
    const connection = await RedisConnection.open(redis.source);
    const store = new RedisStateStore(connection.scripts, { cluster: uniqueCluster(), durability: 'replicated' });
    return { store, dispose: async () => connection.close() };
  });

  membershipContract('Redis behind a Sentinel', async ({ clock }) => clusterOver(await RedisConnection.open(redis.source), clock));

  const openQueues = (cluster: string, durability: Durability = 'replicated') =>
    BullDeliveryQueues.open({ source: redis.source, cluster, clock: new SystemClock(), log: silentLog, durability });

  deliveryQueuesContract('BullMQ behind a Sentinel, replicated', async () => {
    const cluster = uniqueCluster();
    return { open: () => openQueues(cluster), now: () => Date.now(), pass: () => undefined, dispose: () => Promise.resolve() };
  });

  // Last, and one for all: the Sentinel takes ten seconds to make a replica of the old primary.
  describe('after a failover', () => {
    const portOf = async ({ scripts }: RedisConnection) => Number(/tcp_port:(\d+)/.exec(String(await scripts.callBuffer('info', 'server')))?.[1]);
    let settled: RedisConnection;
    let connecting: RedisConnection;
    let queues: BullDeliveryQueues;
    let consumer: TestConsumer;
    let first: number;
    let next: number;
    before('a failover', async function () {
      this.timeout(60_000);
      [settled, connecting] = [await RedisConnection.open(redis.source), await RedisConnection.open(redis.source)];
      first = (await redis.master()).port;
      expect(await portOf(settled)).to.equal(first);
      const cluster = uniqueCluster();
      const replicated = await openQueues(cluster);
      await addAll(replicated, 1, named(20, 'before'));
      await replicated.stop();
      queues = await openQueues(cluster, 'primary');
      consumer = new TestConsumer(queues, 1, { isHolding: true });
      await phase('the first runs', () => consumer.running === 1);
      next = (await redis.failover(async () => connecting.scripts.disconnect(true))).port;
    });
    after(async () => {
      for (const connection of [settled, connecting]) connection?.close();
      await queues?.stop();
    });

    it('leaves a deposed primary that still answers as soon as the Sentinel names another, also when it was just connecting', async () => {
      for (const connection of [settled, connecting]) {
        await phase('the client is at the new primary', async () => (await portOf(connection)) === next);
        expect(connection.scripts.status).to.equal('ready');
      }
      expect(next).not.to.equal(first);
    });

    it('hands over every batch that a replica had, and later ones, in order', async () => {
      await addAll(queues, 1, named(5, 'after'));
      const deadlineMs = performance.now() + 20_000; // The lock of the one that runs may have to end.
      while ((await queues.depth(1)) > 0 && performance.now() < deadlineMs) {
        consumer.release();
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect([...new Set(consumer.seen)]).to.deep.equal([...named(20, 'before'), ...named(5, 'after')]);
    }).timeout(30_000);
  });
});
