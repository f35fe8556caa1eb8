import { expect } from 'chai';
import { Cluster, Redis } from 'ioredis';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { clusterSettings } from '../support/redis-cluster-node.js';
import { startOwnRedis, type OwnRedis } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { claimed, utf8 } from './contract/store-bench.js';
import { FakeClock } from './fake-clock.js';
import { phase } from './phase.js';
import { closing, uniqueCluster } from './redis-bench.js';

/** Claims, commits and reads by way of a connection. */
async function proveUsable(connection: RedisConnection): Promise<void> {
  const store = new RedisStateStore(connection.scripts, { cluster: uniqueCluster() });
  const id = { type: 'a', key: 'k' };
  claimed(await store.claim({ id, token: 't', incarnation: 's' }));
  await store.commit({
    id, token: 't', commitId: 'c', version: 0, fields: new Map([['x', utf8('1')]]), bindings: [{ event: 'e', listener: 'l', bound: true }],
    reminders: [{ name: 'r', value: utf8('1') }], outbox: [{ sequence: 1, payload: utf8('m') }],
  });
  await store.indexTag('t', id, true);
  expect(await store.destroy(id, 't')).to.equal(true);
  await connection.heartbeats.callBuffer('ping');
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(() => expect.fail('expected a rejection'), (error: unknown) => error as Error);
}

describe('RedisConnection', () => {
  let redis: OwnRedis;
  before(async () => (redis = await startOwnRedis({ settings: { requirepass: 's3cret' } })));
  after(() => redis.stop());
  const url = () => `redis://:s3cret@127.0.0.1:${redis.port}`;
  const options = () => ({ host: '127.0.0.1', port: redis.port, password: 's3cret' });

  it('opens a URL, and shows where it leads without the password', async () => {
    using connection = closing(await RedisConnection.open(url()));
    expect(connection.address).to.equal(`redis://127.0.0.1:${redis.port}`);
    await proveUsable(connection);
  });

  it('opens ioredis options', async () => {
    using connection = closing(await RedisConnection.open({ ...options(), db: 3 }));
    expect(connection.address).to.equal(`127.0.0.1:${redis.port}`);
    await proveUsable(connection);
  });

  it("takes an instance's settings over and leaves the instance to its owner", async () => {
    using instance = closing(new Redis({ ...options(), enableOfflineQueue: false, maxRetriesPerRequest: 1, lazyConnect: true, commandTimeout: 1 }));
    using connection = closing(await RedisConnection.open(instance));
    await proveUsable(connection);
    connection.close();
    expect(instance.status).to.equal('wait');
  });

  it('takes a new client from a function for each purpose, and closes them', async () => {
    const made: Redis[] = [];
    using connection = closing(await RedisConnection.open(() => {
      made.push(new Redis(options()));
      return made[made.length - 1]!;
    }));
    expect(made).to.have.length(2);
    await proveUsable(connection);
    connection.close();
    await phase('both ended', () => made.every(({ status }) => status === 'end'));
  });

  it('reads numbers as numbers whatever its options say', async () => {
    using connection = closing(await RedisConnection.open({ ...options(), stringNumbers: true }));
    for (const client of [connection.scripts, connection.heartbeats]) expect(await client.callBuffer('incr', 'numbers')).to.be.a('number');
  });

  it('opens what a Sentinel points to', async () => {
    await using sentinel = await startOwnRedis({ sentinel: [`sentinel monitor main 127.0.0.1 ${redis.port} 1`, 'sentinel auth-pass main s3cret'] });
    using connection = closing(await RedisConnection.open({ sentinels: [{ host: '127.0.0.1', port: sentinel.port }], name: 'main', password: 's3cret' }));
    expect(connection.address).to.equal(`main by sentinels 127.0.0.1:${sentinel.port}`);
    await proveUsable(connection);
  });

  it('opens a Cluster instance; every script keeps to one hash slot', async () => {
    await using node = await startOwnRedis({ settings: await clusterSettings() });
    using admin = closing(new Redis(node.url));
    await admin.call('cluster', 'addslotsrange', '0', '16383');
    await phase('the cluster is up', async () => String(await admin.call('cluster', 'info')).includes('cluster_state:ok'));
    using instance = closing(new Cluster([{ host: '127.0.0.1', port: node.port }], { lazyConnect: true }));
    using connection = closing(await RedisConnection.open(instance));
    expect(connection.address).to.equal(`cluster of 127.0.0.1:${node.port}`);
    await proveUsable(connection);
  });

  describe('fails with the address, and without the password,', () => {
    it('when nobody listens there', async () => {
      const dead = await startOwnRedis();
      await dead.stop();
      const error = await failure(RedisConnection.open(`redis://user:s3cret@127.0.0.1:${dead.port}/2?password=s3cret`, { timeoutMs: 200 }));
      expect(error).to.have.property('code', 'ERR_CONFIGURATION');
      expect(error.message).to.include(`127.0.0.1:${dead.port}/2`).and.include('ECONNREFUSED').and.not.include('s3cret').and.not.include('user');
    });

    it('after 3 s when nobody answers there', async () => {
      await using proxy = await TcpProxy.start(url());
      const clock = new FakeClock();
      const opening = failure(RedisConnection.open(proxy.url, { clock }));
      await proxy.phase('it knocks', ({ connections }) => connections > 0);
      proxy.refuse();
      clock.advance(3000);
      const error = await opening;
      expect(error.message).to.include(new URL(proxy.url).host).and.not.include('s3cret');
    });

    it('at once when the password is wrong', async () => {
      const clock = new FakeClock();
      const error = await failure(RedisConnection.open({ ...options(), password: 'wr0ng' }, { clock }));
      expect(error).to.have.property('code', 'ERR_CONFIGURATION');
      expect(error.message).to.include(`127.0.0.1:${redis.port}`).and.include('WRONGPASS').and.not.include('wr0ng');
    });

    it('when the URL is none', async () => {
      for (const source of ['localhost:6379', 'http://u:s3cret@h', 'redis://:s3cret@[', '']) {
        const error = await failure(RedisConnection.open(source));
        expect(error).to.have.property('code', 'ERR_CONFIGURATION');
        expect(error.message).to.not.include('s3cret');
      }
    });

    for (const [what, settings, named] of [
      ['does not connect again', { retryStrategy: null }, 'retryStrategy: null'],
      ['forgets commands', { autoResendUnfulfilledCommands: false }, 'autoResendUnfulfilledCommands: false'],
      ['answers numbers as text', { stringNumbers: true }, 'stringNumbers: true'],
    ] as const) {
      it(`when the function's client ${what}`, async () => {
        const made: Redis[] = [];
        const error = await failure(RedisConnection.open(() => (made.push(new Redis({ ...options(), ...(settings as object) })), made.at(-1)!)));
        expect(error).to.have.property('code', 'ERR_CONFIGURATION');
        expect(error.message).to.include(named).and.not.include('s3cret');
        await phase('it is closed', () => made.every(({ status }) => status === 'end'));
      });
    }

    it('when the function returns the same client twice', async () => {
      using client = closing(new Redis(options()));
      const error = await failure(RedisConnection.open(() => client));
      expect(error).to.have.property('code', 'ERR_CONFIGURATION');
      expect(error.message).to.include('twice');
    });

    it('when the function returns something else', async () => {
      const error = await failure(RedisConnection.open((() => ({})) as never));
      expect(error).to.have.property('code', 'ERR_CONFIGURATION');
    });
  });
});
