import { expect } from 'chai';
import { RedisConnection } from '../../state/redis-connection.js';
import type { MembershipOptions } from '../../state/leased-membership.js';
import { RedisMembership, type RedisMembershipOptions } from '../../state/redis-membership.js';
import { RedisMembershipTable } from '../../state/redis-membership-table.js';
import { membershipContract } from '../contracts/membership.contract.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { MembershipBench } from './contract/membership-bench.js';
import { FakeClock } from './fake-clock.js';
import { phase } from './phase.js';
import { RedisBench } from './redis-bench.js';

const cluster = (more: Pick<RedisMembershipOptions, 'thread'> = {}) => async ({ clock }: MembershipBench) => {
  const redis = await RedisBench.open();
  const table = new RedisMembershipTable(redis.connection, redis.cluster, clock);
  return {
    table,
    open: (options: MembershipOptions) => new RedisMembership(redis.connection, { ...options, ...more, cluster: redis.cluster }),
    wipe: async () => {
      for (const key of await redis.keys()) await redis.ask('del', key);
    },
    dispose: async () => {
      table.close();
      await redis.dispose();
    },
  };
};

membershipContract('Redis', cluster());

// A thread keeps the machine's time, the contract its own: see heartbeat-thread.test.ts. Here it is what happens without one.
const startThread = () => {
  throw new Error('no room for a thread');
};
membershipContract('Redis, with no room for the helper thread', cluster({ thread: { source: 'redis://127.0.0.1:1', log: { info() {}, warn() {} }, startThread } }));

describe('RedisMembership', () => {
  let direct: RedisBench;
  let proxy: TcpProxy;
  let connection: RedisConnection;
  let table: RedisMembershipTable;
  const clock = new FakeClock();
  /** A silo whose way to Redis leads through the proxy. */
  const open = (siloId: string) => new RedisMembership(connection, { siloId, address: 'a', clock, cluster: direct.cluster });

  beforeEach(async () => {
    direct = await RedisBench.open();
    proxy = await TcpProxy.start(direct.url);
    connection = await RedisConnection.open(proxy.url);
    table = new RedisMembershipTable(direct.connection, direct.cluster, clock);
  });
  afterEach(async () => {
    table.close();
    connection.close();
    await proxy.stop();
    await direct.dispose();
  });

  it('writes no key that is not in the table of protocol.md §1', async () => {
    const membership = open('one');
    await membership.start();
    await table.kill({ victim: membership.incarnation, heartbeat: '0', accuser: 'x', votesNeeded: 2 });
    const keys = (await direct.keys()).map((key) => key.replace(`troupe:{${direct.cluster}/m}:`, ''));
    expect(keys).to.have.members(['silos', 'hb', 'addr', 'epoch', 'genesis', `votes:${membership.incarnation}`]);
    await membership.stop();
  });

  it('is not valid 1 s after Redis stopped answering, and is again once it is reached by a new connection', async () => {
    const membership = open('one');
    await membership.start();
    proxy.stall();
    clock.advance(999);
    expect(membership.isValid).to.equal(true);
    clock.advance(1);
    expect(membership.isValid).to.equal(false);
    await phase('connected anew', () => connection.heartbeats.status === 'ready' && connection.heartbeats.stream?.writable === true);
    clock.advance(250);
    await phase('valid again', () => {
      clock.advance(1);
      return membership.isValid;
    });
    proxy.release();
    await membership.stop();
  });

  it('a beat that is cut off is not sent again, and its promise ends', async () => {
    const beats = new RedisMembershipTable(connection, direct.cluster, clock);
    proxy.stall();
    const beat = beats.beat('one', 'g').catch((error: unknown) => error);
    await proxy.phase('the beat left the silo', ({ heldRequestBytes }) => heldRequestBytes > 0);
    beats.abandonBeat();
    expect(await beat).to.have.property('code', 'ERR_LINK_LOST');
    expect(await beats.beat('one', 'g').catch((error: unknown) => error)).to.have.property('code', 'ERR_LINK_LOST');
  });

  it('a Redis that is slow to answer kills nobody', async () => {
    const silent = new RedisMembership(direct.connection, { siloId: 'silent', address: 'a', clock: new FakeClock(), cluster: direct.cluster });
    await silent.start();
    const observer = open('observer');
    await observer.start();
    const beatAndLook = async () => {
      clock.advance(250);
      await phase('it is valid', () => clock.peek(999, () => observer.isValid));
      await observer.refresh();
    };
    for (let beats = 0; beats < 7; beats++) await beatAndLook();
    proxy.stall();
    const looked = observer.refresh();
    await proxy.phase('it asks', ({ heldRequestBytes }) => heldRequestBytes > 0);
    clock.advance(10_000);
    proxy.release();
    await looked.catch(() => undefined);
    await phase('connected anew', () => connection.heartbeats.status === 'ready' && connection.heartbeats.stream?.writable === true);
    for (let beats = 0; beats < 7; beats++) await beatAndLook();
    expect((await table.members()).map(({ status }) => status)).to.deep.equal(['up', 'up']);
    for (let beats = 0; beats < 3; beats++) await beatAndLook();
    expect(observer.statusOf(silent.incarnation)).to.equal('dead');
    await observer.stop();
    await silent.stop();
  });

  it('JOIN: a reply that is lost is asked for again, and the silo is up once', async () => {
    await table.join({ joiner: { siloId: 'warm', incarnation: 'warm', address: 'a', startedAt: 1, labels: {}, types: {} }, newGenesis: 'g', partitions: 32 });
    await table.leave('warm');
    proxy.holdReplies();
    const membership = open('one');
    const started = membership.start();
    await proxy.phase('Redis has answered', ({ heldReplyBytes }) => heldReplyBytes > 0);
    proxy.cut();
    await started;
    expect(await direct.ask('get', `troupe:{${direct.cluster}/m}:epoch`)).to.equal('3');
    await membership.stop();
  });

  it('P4: a dead one that a failover brings back into the table is dead again with the next look of those who saw it dead', async () => {
    const members = ['one', 'two', 'gone'].map((siloId) => open(siloId)) as [RedisMembership, RedisMembership, RedisMembership];
    const [one, two, gone] = members;
    for (const member of members) await member.start();
    for (const observer of [one, two]) await observer.refresh();
    await one.declareDead(gone.incarnation);
    await two.refresh();
    await direct.ask('hset', `troupe:{${direct.cluster}/m}:silos`, gone.incarnation, 'up');
    const statusInTable = async () => (await table.members()).find(({ siloId }) => siloId === 'gone')?.status;
    await one.refresh();
    expect(await statusInTable(), 'one says so').to.equal('up');
    await two.refresh();
    expect(await statusInTable(), 'two say so').to.equal('dead');
    expect([one, two].map((observer) => observer.statusOf(gone.incarnation))).to.deep.equal(['dead', 'dead']);
    await Promise.all(members.map((member) => member.stop()));
  });

  it('stop ends within its time when Redis is away', async () => {
    const membership = open('one');
    await membership.start();
    proxy.refuse();
    const stopped = membership.stop();
    await phase('waiting for the table', () => clock.armed > 0);
    clock.advance(1000);
    await stopped;
    expect(membership.isValid).to.equal(false);
  });
});
