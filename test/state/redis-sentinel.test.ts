// The store and the membership through a Sentinel: one master, one replica.
import { expect } from 'chai';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { membershipContract } from '../contracts/membership.contract.js';
import { stateStoreContract } from '../contracts/state-store.contract.js';
import { TestRedisSentinel } from '../support/redis-sentinel.js';
import { phase } from './phase.js';
import { clusterOver, closing, uniqueCluster } from './redis-bench.js';

describe('through a Sentinel', () => {
  let redis: TestRedisSentinel;
  before(async function () {
    this.timeout(40_000);
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

  it('leaves a deposed primary that still answers as soon as the Sentinel names another, also when it was just connecting', async () => {
    const portOf = async ({ scripts }: RedisConnection) => Number(/tcp_port:(\d+)/.exec(String(await scripts.callBuffer('info', 'server')))?.[1]);
    using settled = closing(await RedisConnection.open(redis.source));
    using connecting = closing(await RedisConnection.open(redis.source));
    const { port } = await redis.master();
    expect(await portOf(settled)).to.equal(port);
    const next = await redis.failover(async () => connecting.scripts.disconnect(true));
    for (const connection of [settled, connecting]) {
      await phase('the client is at the new primary', async () => (await portOf(connection)) === next.port);
      expect(connection.scripts.status).to.equal('ready');
    }
  }).timeout(40_000);
});
