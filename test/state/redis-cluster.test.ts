// The store and the membership on a Redis Cluster of local processes: three masters, three replicas.
import { expect } from 'chai';
import { Cluster, type ClusterOptions } from 'ioredis';
import type { MembershipOptions } from '../../state/leased-membership.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { RedisMembership } from '../../state/redis-membership.js';
import { RedisMembershipTable } from '../../state/redis-membership-table.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { membershipContract } from '../contracts/membership.contract.js';
import { stateStoreContract } from '../contracts/state-store.contract.js';
import { TestRedisCluster } from '../support/redis-cluster.js';
import { FakeClock } from './fake-clock.js';
import { utf8 } from './contract/store-bench.js';
import { closing, uniqueCluster } from './redis-bench.js';

describe('on a Redis Cluster', () => {
  let redis: TestRedisCluster;
  /** A client that is never connected: its settings are taken over. */
  const instance = (options: ClusterOptions = {}) => new Cluster(redis.startupNodes, { lazyConnect: true, ...options });
  const open = async () => closing(await RedisConnection.open(instance()));

  before(async function () {
    this.timeout(40_000);
    redis = await TestRedisCluster.start();
  });
  after(() => redis?.stop());

  stateStoreContract('Redis Cluster', async () => {
    const connection = await open();
    return { store: new RedisStateStore(connection.scripts, { cluster: uniqueCluster() }), dispose: async () => connection.close() };
  });

  membershipContract('Redis Cluster', async () => {
    const connection = await open();
    const cluster = uniqueCluster();
    const table = new RedisMembershipTable(connection, cluster, new FakeClock());
    return {
      table,
      open: (options: MembershipOptions) => new RedisMembership(connection, { ...options, cluster }),
      wipe: async () => {
        const { silos, heartbeats, addresses, epoch, genesis } = new RedisKeys(cluster).membership;
        await connection.scripts.callBuffer('del', silos, heartbeats, addresses, epoch, genesis);
      },
      dispose: async () => {
        table.close();
        connection.close();
      },
    };
  });

  describe('RedisStateStore', () => {
    const id = (key: string) => ({ type: 'player', key });

    it('goes on when every node forgets its scripts', async () => {
      using connection = await open();
      const store = new RedisStateStore(connection.scripts, { cluster: uniqueCluster() });
      const keys = Array.from({ length: 30 }, (_, i) => `forgotten ${i}`);
      const everywhere = (version: number) => Promise.all(keys.map((key) =>
        store.commit({ id: id(key), token: 't', commitId: `c${version}`, version, fields: new Map([['x', utf8(key)]]) })));
      await Promise.all(keys.map((key) => store.claim({ id: id(key), token: 't', incarnation: 's' })));
      await everywhere(0);
      const forgotten = await Promise.all(redis.nodes.map((node) => node.ask('script', 'flush')));
      expect(forgotten).to.have.length(6);
      for (const answer of await everywhere(1)) expect(answer).to.deep.equal({ status: 'committed', version: 2 });
    });
  });
});
