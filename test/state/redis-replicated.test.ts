// Durability on a primary with one replica, which stalls and lives on alone: what each setting has told its callers by then.
import { expect } from 'chai';
import type { ActorId } from '../../protocol/actor-id.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { RedisMembershipTable } from '../../state/redis-membership-table.js';
import { checkReplicas } from '../../state/redis-settings.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { LOOPBACK, QUICK_REPLICA, reached, RedisNode } from '../support/redis-node.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { claimed, utf8 } from './contract/store-bench.js';
import { FakeClock } from './fake-clock.js';
import { phase } from './phase.js';
import { closing, uniqueCluster } from './redis-bench.js';

describe('durability', function () {
  this.timeout(60_000);
  let primary: RedisNode;
  let replica: RedisNode;
  let connection: RedisConnection;
  let cluster: string;
  const stores: RedisStateStore[] = [];
  const id: ActorId = { type: 'a', key: 'k' };
  const open = (durability: 'primary' | 'replicated', by = connection): RedisStateStore => {
    const store = new RedisStateStore(by.scripts, { cluster, durability });
    stores.push(store);
    return store;
  };
  const claim = (store: RedisStateStore, actor = id) => store.claim({ id: actor, token: 's:1', incarnation: 's' });
  const commit = (store: RedisStateStore, version: number) =>
    store.commit({ id, token: 's:1', commitId: `c${version}`, version, fields: new Map([['x', utf8(String(version))]]) });
  const versionAt = async (node: RedisNode) => Number(await node.ask('hget', new RedisKeys(cluster).row(id), 'v'));
  const waitsOf = async () => Number(/cmdstat_wait:calls=(\d+)/.exec(String(await primary.ask('info', 'commandstats')))?.[1] ?? 0);
  /** WAIT was asked and answered in vain. */
  const waitedInVain = async () => {
    const before = await waitsOf();
    await phase('WAIT was asked several times', async () => (await waitsOf()) >= before + 3);
  };
  const watch = <T>(promise: Promise<T>) => {
    const watched = { isSettled: false, promise };
    promise.catch(() => undefined).finally(() => (watched.isSettled = true));
    return watched;
  };

  beforeEach(async () => {
    cluster = uniqueCluster();
    primary = await RedisNode.launch({ settings: QUICK_REPLICA });
    replica = await RedisNode.launch({ settings: { ...QUICK_REPLICA, replicaof: `${LOOPBACK} ${primary.port}` } });
    await reached('the replica follows', () => replica.isFollowing());
    connection = await RedisConnection.open(primary.server.url);
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.stop()));
    connection?.close();
    await Promise.all([primary, replica].map((node) => node?.stop()));
  });

  it('replicated: whatever was answered is on the replica', async () => {
    const store = open('replicated');
    await claim(store);
    for (let version = 0; version < 20; version++) {
      expect(await commit(store, version)).to.deep.equal({ status: 'committed', version: version + 1 });
      expect(await versionAt(replica)).to.equal(version + 1);
    }
  });

  it('replicated: nobody is told of a commit, a claim, a destroy or a parked delivery that the replica does not have; primary: everybody is', async () => {
    const store = open('replicated');
    await claim(store);
    replica.server.pause();
    const waiting = [
      commit(store, 0), claim(store, { type: 'a', key: 'other' }), store.park(id, { sender: 's', sequence: 1, payload: utf8('m') }),
      store.indexTag('t', id, true), store.destroy({ type: 'a', key: 'none' }, 't'),
    ].map((promise) => watch<unknown>(promise));
    const released = store.release({ type: 'a', key: 'none' }, 't');
    await waitedInVain();
    expect(waiting.map(({ isSettled }) => isSettled)).to.deep.equal([false, false, false, false, false]);
    expect(await released, 'RELEASE promises nothing').to.equal(false);
    expect(await versionAt(primary)).to.equal(1);
    expect(await commit(open('primary'), 1)).to.deep.equal({ status: 'committed', version: 2 });
    replica.server.resume();
    const answers = await Promise.all(waiting.map(({ promise }) => promise));
    expect(answers[0]).to.deep.equal({ status: 'committed', version: 1 });
    expect(await versionAt(replica)).to.equal(2);
  });

  it('replicated: a commit that is sent again after its connection broke still waits for the replica', async () => {
    await using proxy = await TcpProxy.start(primary.server.url);
    using way = closing(await RedisConnection.open(proxy.url));
    const store = open('replicated', way);
    await claim(store);
    replica.server.pause();
    const sent = watch(commit(store, 0));
    await phase('the primary has it', async () => (await versionAt(primary)) === 1);
    proxy.cut();
    await phase('connected again', () => way.scripts.status === 'ready');
    await waitedInVain();
    expect(sent.isSettled).to.equal(false);
    replica.server.resume();
    expect(await sent.promise).to.deep.equal({ status: 'committed', version: 1 });
    expect([await versionAt(primary), await versionAt(replica)]).to.deep.equal([1, 1]);
  });

  it('a primary that dies takes what its replica had not received: acknowledged commits under primary, none under replicated', async () => {
    const [told, held] = [open('primary'), open('replicated')];
    await using link = await TcpProxy.start(primary.server.url);
    await replica.ask('replicaof', LOOPBACK, new URL(link.url).port);
    await reached('the replica follows by way of the link', async () => link.connections > 0 && (await replica.isFollowing()));
    await claim(held);
    await commit(held, 0);
    link.holdReplies(); // What a primary tells its replica.
    expect(await commit(told, 1), 'acknowledged').to.deep.equal({ status: 'committed', version: 2 });
    const waiting = watch(commit(held, 2));
    await waitedInVain();
    // No other link either: the replica looks for one at once, while the primary still lives.
    link.refuse();
    await primary.server.kill();
    await replica.ask('replicaof', 'no', 'one');
    expect(await versionAt(replica)).to.equal(1);
    expect(waiting.isSettled).to.equal(false);
    await held.stop();
    expect(await waiting.promise.catch((error: unknown) => error), 'outcome unknown').to.have.property('code', 'ERR_LINK_LOST');
  });

  it('what a claim has loaded is on the replica too: a commit of its predecessor that nobody was told of', async () => {
    replica.server.pause();
    const before = open('primary');
    await claim(before);
    await commit(before, 0);
    const next = watch(open('replicated').claim({ id, token: 't:1', incarnation: 't', expected: 's:1' }));
    await waitedInVain();
    expect(next.isSettled).to.equal(false);
    replica.server.resume();
    expect(claimed(await next.promise).version).to.equal(1);
    expect(await versionAt(replica)).to.equal(1);
  });

  it('replicated: a silo has joined when the replica knows of it', async () => {
    const table = new RedisMembershipTable(connection, cluster, new FakeClock(), 'replicated');
    const join = (incarnation: string) => table.join({
      joiner: { siloId: incarnation, incarnation, address: 'a', startedAt: 1, labels: {}, types: {} }, newGenesis: 'g', partitions: 32,
    });
    expect(await join('one')).to.have.property('status', 'joined');
    expect(await replica.ask('hget', new RedisKeys(cluster).membership.silos, 'one')).to.equal('up');
    replica.server.pause();
    const joining = watch(join('two'));
    await waitedInVain();
    expect(joining.isSettled).to.equal(false);
    replica.server.resume();
    expect(await joining.promise).to.have.property('status', 'joined');
    table.close();
  });

  it('replicated is refused where no replica is, by address', async () => {
    await checkReplicas(connection.scripts, 'there');
    await replica.ask('replicaof', 'no', 'one');
    using alone = closing(await RedisConnection.open(replica.server.url));
    const error: unknown = await checkReplicas(alone.scripts, 'here').catch((caught: unknown) => caught);
    expect(error).to.have.property('code', 'ERR_CONFIGURATION');
    expect(String(error)).to.include("durability: 'replicated' cannot be kept: Redis at here has no replica");
  });
});
