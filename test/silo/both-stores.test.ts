// The same units on the store in memory and on Redis, and what only Redis can do: break between a request and its reply.
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SystemClock } from '../../protocol/system-clock.js';
import type { StateStore } from '../../protocol/ports/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { failure, memorySilo } from '../support/memory-silo.js';
import { acquireRedis, type TestRedis } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Account, handled, handler, Purse } from './account.js';

interface Opened {
  readonly store: StateStore;
  close(): Promise<void>;
}

describe('units of work on both stores', () => {
  let redis: TestRedis;
  before(async () => {
    redis = await acquireRedis();
  });
  after(() => redis.stop());
  beforeEach(() => {
    handled.length = 0;
    handler.failures = 0;
  });

  async function openRedis(url: string): Promise<Opened> {
    const connection = await RedisConnection.open(url);
    const store = new RedisStateStore(connection.scripts, { cluster: `t-${randomUUID()}` });
    return { store, close: async () => (await store.stop(), connection.close()) };
  }

  const stores: readonly (readonly [string, () => Promise<Opened>])[] = [
    ['memory', () => Promise.resolve({ store: new MemoryStateStore(new SystemClock()), close: () => Promise.resolve() })],
    ['Redis', () => openRedis(redis.url)],
  ];

  for (const [name, open] of stores) {
    it(`${name}: keeps what units changed, with components, classes and lazy fields, and nothing of those that threw`, async () => {
      const { store, close } = await open();
      const first = memorySilo([Account], { store });
      const account = first.actor(Account, 'a');
      await Promise.all([account.depositBoth(5, false), failure(account.depositBoth(7, true)), account.deposit(1), account.addThroughPurse(3), account.see()]);
      await first.runtime.stop();
      const second = memorySilo([Account], { store });
      expect(await second.actor(Account, 'a').get()).to.deep.equal({ balance: 6, notes: ['both', 'added 3'], x: 1, seen: 1, isPoint: true });
      expect(await second.actor(Account, 'a').getComponent(Purse).get()).to.equal(8);
      await second.runtime.stop();
      await close();
    });

    it(`${name}: answers keys after a restart, handles own events once, forgets what was destroyed`, async () => {
      const { store, close } = await open();
      const first = memorySilo([Account], { store });
      expect(await first.actor(Account, 'a').with({ idempotencyKey: 'k' }).deposit(5)).to.equal(5);
      handler.failures = Infinity;
      await first.actor(Account, 'a').emitAndMaybeFail(false);
      first.runtime.abandon('the silo died');
      handler.failures = 0;
      const second = memorySilo([Account], { store });
      const account = second.actor(Account, 'a');
      expect(await account.with({ idempotencyKey: 'k' }).deposit(5)).to.equal(5);
      await account.manage.deactivate();
      await account.get();
      expect((await account.get()).balance).to.equal(6);
      expect(handled.map(({ total }) => total)).to.deep.equal([6]);
      await account.manage.destroy();
      expect((await account.get()).balance).to.equal(0);
      await second.runtime.stop();
      await close();
    });
  }

  it('Redis: each change happens once when connections break between request and reply', async () => {
    const proxy = await TcpProxy.start(redis.url);
    const { store, close } = await openRedis(proxy.url);
    const { actor, runtime } = memorySilo([Account], { store });
    const accounts = Array.from({ length: 8 }, (_, index) => actor(Account, `a${index}`));
    await Promise.all(accounts.map((account) => account.get()));
    const rounds = 6;
    for (let round = 0; round < rounds; round++) {
      proxy.holdReplies();
      const units = accounts.map((account, index) => (index % 2 === 0 ? account.depositBoth(1, false) : account.with({ idempotencyKey: `r${round}` }).deposit(1)));
      await proxy.phase('Redis has answered the commits', ({ heldReplyBytes }) => heldReplyBytes > 0);
      proxy.cut();
      await Promise.all(units);
    }
    for (const [index, account] of accounts.entries()) {
      const { balance, notes } = await account.get();
      expect(balance, `a${index}`).to.equal(rounds);
      expect(notes).to.have.length(index % 2 === 0 ? rounds : 0);
    }
    await runtime.stop();
    await close();
    await proxy.stop();
  });

  it('Redis: a commit that comes after its activation was replaced changes nothing', async () => {
    const proxy = await TcpProxy.start(redis.url);
    const cluster = `t-${randomUUID()}`;
    const slow = await RedisConnection.open(proxy.url);
    const quick = await RedisConnection.open(redis.url);
    const first = memorySilo([Account], { store: new RedisStateStore(slow.scripts, { cluster }) });
    const second = memorySilo([Account], { store: new RedisStateStore(quick.scripts, { cluster }) });
    await first.actor(Account, 'a').deposit(1);
    proxy.stall();
    const late = failure(first.actor(Account, 'a').deposit(100));
    await proxy.phase('the commit is on its way', ({ heldRequestBytes }) => heldRequestBytes > 0);
    expect(await second.actor(Account, 'a').deposit(10)).to.equal(11);
    proxy.release();
    expect((await late).name).to.equal('StaleEpochError');
    expect((await second.actor(Account, 'a').get()).balance).to.equal(11);
    await Promise.all([first.runtime.stop(), second.runtime.stop()]);
    slow.close();
    quick.close();
    await proxy.stop();
  });
});
