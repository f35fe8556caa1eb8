// The store and the membership on a Redis Cluster of local processes: three masters, three replicas.
import { expect } from 'chai';
import { Cluster, type ClusterOptions } from 'ioredis';
import type { CommitRequest } from '../../protocol/ports/state-store.js';
import { DURABILITIES } from '../../state/durability.js';
import type { RedisClient } from '../../state/redis-client.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { RedisMembershipTable } from '../../state/redis-membership-table.js';
import { RedisMessageRecords } from '../../state/redis-message-records.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { BullDeliveryQueues } from '../../events/bull/bull-delivery-queues.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { deliveryQueuesContract } from '../contracts/delivery-queues.contract.js';
import { silentLog } from '../isolation/silent-log.js';
import { membershipContract } from '../contracts/membership.contract.js';
import { messageRecordsContract } from '../contracts/message-records.contract.js';
import { stateStoreContract } from '../contracts/state-store.contract.js';
import { TestRedisCluster } from '../support/redis-cluster.js';
import { FakeClock } from './fake-clock.js';
import { claimed, utf8 } from './contract/store-bench.js';
import { phase } from './phase.js';
import { clusterOver, closing, uniqueCluster } from './redis-bench.js';

describe('on a Redis Cluster', () => {
  let redis: TestRedisCluster;
  /** A client that is never connected: its settings are taken over. */
  const instance = (options: ClusterOptions = {}) => new Cluster(redis.startupNodes, { lazyConnect: true, ...options });
  const open = async () => closing(await RedisConnection.open(instance()));

  before(async function () {
    this.timeout(60_000);
    redis = await TestRedisCluster.start();
  });
  after(() => redis?.stop());

  stateStoreContract('Redis Cluster', async () => {
    const connection = await open();
    return { store: new RedisStateStore(connection.scripts, { cluster: uniqueCluster() }), dispose: async () => connection.close() };
  });

  stateStoreContract('Redis Cluster, replicated', async () => {
    const connection = await open();
    const store = new RedisStateStore(connection.scripts, { cluster: uniqueCluster(), durability: 'replicated' });
    return { store, dispose: async () => connection.close() };
  });

  for (const durability of DURABILITIES) messageRecordsContract(`Redis Cluster, ${durability}`, async () => {
    const connection = await open();
    return { records: new RedisMessageRecords(connection.scripts, { cluster: uniqueCluster(), durability }), dispose: async () => connection.close() };
  });

  membershipContract('Redis Cluster', async ({ clock }) => clusterOver(await open(), clock));

  deliveryQueuesContract('BullMQ on a Redis Cluster', async () => {
    const cluster = uniqueCluster();
    const source = instance() as unknown as RedisClient;
    return {
      open: () => BullDeliveryQueues.open({ source, cluster, clock: new SystemClock(), log: silentLog }),
      now: () => Date.now(), pass: () => undefined, dispose: () => Promise.resolve(),
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

    for (const durability of DURABILITIES) it(`${durability}: commits in the middle of a slot's move, and has every commit after it`, async () => {
      using connection = await open();
      const cluster = uniqueCluster();
      const store = new RedisStateStore(connection.scripts, { cluster, durability });
      const slot = await redis.slotOf(new RedisKeys(cluster).row(id('moved')));
      await store.claim({ id: id('moved'), token: 't', incarnation: 's' });
      const commit = (version: number, more: Partial<CommitRequest> = {}) =>
        store.commit({ id: id('moved'), token: 't', commitId: `c${version}`, version, fields: new Map([['x', utf8(String(version))]]), ...more });
      await commit(0, { outbox: [{ sequence: 1, payload: utf8('m') }] });
      let crossing: Promise<unknown> | undefined;
      await redis.moveSlot(slot, await redis.otherMaster(slot), async () => {
        expect(await commit(1)).to.deep.equal({ status: 'committed', version: 2 }); // The row has moved (ASK), the outbox has not.
        expect(await store.outbox(id('moved'), 9)).to.have.length(1);
        crossing = commit(2, { outbox: [{ sequence: 2, payload: utf8('m') }] }); // Both in one script: TRYAGAIN until the move is over.
      });
      expect(await crossing).to.deep.equal({ status: 'committed', version: 3, oldestUnsettled: 1 });
      expect(claimed(await store.claim({ id: id('moved'), token: 't', incarnation: 's' }))).to.include({ version: 3, epoch: 1, lastSequence: 2 });
      expect(await store.outbox(id('moved'), 9)).to.have.length(2);
    });

    it('finds, forgets and destroys bindings whose keys are on their way to another node', async () => {
      using connection = await open();
      const cluster = uniqueCluster();
      const store = new RedisStateStore(connection.scripts, { cluster });
      const slot = await redis.slotOf(new RedisKeys(cluster).row(id('bound')));
      const bind = (version: number, token: string, bound: boolean, more: Partial<CommitRequest> = {}) => store.commit({
        id: id('bound'), token, commitId: `c${version}`, version, fields: new Map(), bindings: ['e', 'f'].map((event) => ({ event, listener: 'x', bound })), ...more,
      });
      await store.claim({ id: id('bound'), token: 't', incarnation: 's' });
      await bind(0, 't', true, { outbox: [{ sequence: 1, payload: utf8('m') }] });
      await store.destroy(id('bound'), 't');
      await store.claim({ id: id('bound'), token: 'u', incarnation: 's' });
      await bind(1, 'u', true, { outbox: [{ sequence: 2, payload: utf8('m') }] });
      await bind(2, 'u', false);
      let crossing: Promise<readonly unknown[]> | undefined;
      await redis.moveSlot(slot, await redis.otherMaster(slot), async () => {
        crossing = Promise.all([store.listeners(id('bound'), 'e', 1, 9), store.listeners(id('bound'), 'f', 2, 9)]);
      });
      expect(await crossing).to.deep.equal([{ listeners: ['x'] }, { listeners: ['x'] }]);
      const other = await redis.otherMaster(slot);
      await redis.moveSlot(slot, other, async () => {
        crossing = Promise.all([store.settle(id('bound'), [1]), store.forgetUnbound(id('bound'), 2), store.destroy(id('bound'), 'u')]);
      });
      expect(await crossing).to.deep.equal([2, undefined, true]);
      expect(await store.listeners(id('bound'), 'f', 2, 9)).to.deep.equal({ listeners: ['x'] });
      expect(await store.settle(id('bound'), [2])).to.equal(undefined);
      expect(await store.listeners(id('bound'), 'f', 2, 9)).to.deep.equal({ listeners: [] });
    });
  });

  describe('RedisMembership', () => {
    it('a beat that a stalled master does not answer ends when it is abandoned, and a later one is answered', async () => {
      using connection = await open();
      const cluster = uniqueCluster();
      const table = new RedisMembershipTable(connection, cluster, new FakeClock());
      const { genesis } = (await table.join({
        joiner: { siloId: 'one', incarnation: 'one', address: 'a', startedAt: 1, labels: {}, types: {} }, newGenesis: 'g', partitions: 32,
      })) as { readonly genesis: string };
      expect(await table.beat('one', genesis)).to.include({ status: 'ok' });
      const master = await redis.masterOf(await redis.slotOf(new RedisKeys(cluster).membership.silos));
      master.server.pause();
      try {
        const beat = table.beat('one', genesis).catch((error: unknown) => error);
        table.abandonBeat();
        expect(await beat).to.have.property('code', 'ERR_LINK_LOST');
        expect(connection.heartbeats.status).to.equal('ready');
      } finally {
        master.server.resume();
      }
      // While a connection is made anew, beats fail at once.
      await phase('a beat is answered', async () => (await table.beat('one', genesis).catch(() => undefined))?.status === 'ok');
      table.close();
    });
  });

  describe('RedisConnection', () => {
    it("asks masters whatever a Cluster instance's scaleReads says", async () => {
      using connection = closing(await RedisConnection.open(instance({ scaleReads: 'slave' })));
      for (const client of [connection.scripts, connection.heartbeats]) expect(client).to.have.nested.property('options.scaleReads', 'master');
    });

    it('refuses a function whose Cluster does not connect again', async () => {
      const error: unknown = await RedisConnection.open(() => instance({ clusterRetryStrategy: null as never })).catch((caught: unknown) => caught);
      expect(error).to.have.property('code', 'ERR_CONFIGURATION');
      expect(String(error)).to.include('clusterRetryStrategy: null');
    });

    it('refuses a function whose Cluster reads from replicas', async () => {
      const error: unknown = await RedisConnection.open(() => instance({ scaleReads: 'slave' })).catch((caught: unknown) => caught);
      expect(error).to.have.property('code', 'ERR_CONFIGURATION');
      expect(String(error)).to.include("scaleReads: 'slave'");
    });
  });
});
