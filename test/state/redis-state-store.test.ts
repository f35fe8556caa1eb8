import { expect } from 'chai';
import type { ActorId } from '../../protocol/actor-id.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { stateStoreContract } from '../contracts/state-store.contract.js';
import { failure } from '../support/memory-silo.js';
import { startOwnRedis } from '../support/redis-server.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { hostileKeys } from './contract/hostile-keys.js';
import { claimed, utf8 } from './contract/store-bench.js';
import { closing, RedisBench } from './redis-bench.js';

stateStoreContract('Redis', async () => {
  const bench = await RedisBench.open();
  return { store: new RedisStateStore(bench.connection.scripts, bench), dispose: () => bench.dispose() };
});

const SEVEN_DAYS = 7 * 24 * 3600;

describe('RedisStateStore', () => {
  let bench: RedisBench;
  let store: RedisStateStore;
  beforeEach(async () => {
    bench = await RedisBench.open();
    store = new RedisStateStore(bench.connection.scripts, bench);
  });
  afterEach(() => bench.dispose());

  const id: ActorId = { type: 'player', key: 'p1' };
  const claim = (token: string, expected?: string) => store.claim({ id, token, incarnation: 's', expected });
  const exercise = async () => {
    claimed(await claim('s:1'));
    await store.park(id, { sender: 'other', sequence: 1, payload: utf8('d') });
    await store.commit({
      id, token: 's:1', commitId: 'c1', version: 0, fields: new Map([['hp', utf8('1')], ['Bag:items', utf8('2')]]),
      operations: [{ operationId: 'op', scope: 'me', argumentsHash: 'h', at: 1, result: utf8('r') }],
      marks: [{ sender: 'x', low: 1, ids: [1, 2] }], outbox: [{ sequence: 1, payload: utf8('m') }],
      bindings: [{ event: 'moved', listener: 'player/x', bound: true }, { event: 'died', listener: 'player/x', bound: true }],
      reminders: [{ name: 'tea', value: utf8('5pm') }], tags: { added: ['red'], removed: [] }, hold: 'm1',
    });
    await store.indexTag('red', id, true);
  };

  it('writes no key that is not in the table of protocol.md §1, whatever the actors are called', async () => {
    await exercise();
    for (const key of hostileKeys()) {
      await store.claim({ id: { type: 'player', key }, token: 's:2', incarnation: 's' });
      await store.indexTag(key, { type: 'player', key }, true);
      await store.noteDirty(key, [{ type: 'player', key }]);
    }
    await store.commit({ id, token: 's:1', commitId: 'c2', version: 1, fields: new Map(), bindings: [{ event: 'died', listener: 'player/x', bound: false }] });
    const living = await bench.keys();
    await store.destroy(id, 's:1');
    const table = new RegExp(`^troupe:\\{test-[0-9a-f]+/(${[
      'player/(?:[A-Za-z0-9_-]{2,86}|~[A-Za-z0-9_-]{22})\\}:(a|ops|out|in|r|u|old|b:(moved|died)(@2)?)', 'tag/[A-Za-z0-9_~-]+/\\d+\\}', 'dirty/[A-Za-z0-9_~-]+\\}',
    ].join('|')})$`);
    const keys = [...living, ...(await bench.keys())];
    expect(keys).to.have.length.above(2 * hostileKeys().length);
    for (const ending of [':u', ':old', ':b:died', ':b:died@2']) expect(keys.filter((key) => key.endsWith(ending)), ending).to.have.length(1);
    expect(keys.filter((key) => !table.test(key))).to.deep.equal([]);
  });

  it('keeps all keys of an actor in one hash slot and spreads actors over many', async () => {
    await exercise();
    const names = new RedisKeys(bench.cluster);
    const tag = /\{([^}]+)\}/;
    const tagOf = tag.exec(names.row(id))?.[1];
    for (const key of await bench.keys('/player/')) expect(tag.exec(key)?.[1]).to.equal(tagOf);
    const tags = new Set(hostileKeys().map((key) => tag.exec(names.row({ type: 'player', key }))?.[1]));
    expect(tags).to.have.length(hostileKeys().length);
  });

  describe('after the silo has joined', () => {
    let genesis: string;
    beforeEach(async () => {
      genesis = new RedisKeys(bench.cluster).membership.genesis;
      await bench.ask('set', genesis, 'g 32');
      await exercise();
      store.joined('g 32');
    });
    const wake = (key: string) => store.claim({ id: { type: 'player', key }, token: `s:${key}`, incarnation: 's' });
    const gets = async () => Number(/cmdstat_get:calls=(\d+)/.exec(await bench.ask('info', 'commandstats'))?.[1] ?? 0);

    it('refuses an actor that looks new when the store was emptied, or is another one', async () => {
      expect(claimed(await wake('new')).version).to.equal(0);
      await bench.ask('del', genesis);
      expect(await failure(wake('newer'))).to.be.instanceOf(SiloUnavailableError).with.property('message').that.includes('genesis missing, expected g 32');
      await bench.ask('set', genesis, 'h 32');
      expect(await failure(wake('newest'))).to.be.instanceOf(SiloUnavailableError).with.property('message').that.includes('genesis h 32, expected g 32');
    });

    it('asks once for all that look new at one time, and not for what has been saved', async () => {
      const before = await gets();
      await claim('s:2', 's:1');
      expect((await gets()) - before).to.equal(0);
      await Promise.all(Array.from({ length: 500 }, (_, i) => wake(`many-${i}`)));
      expect((await gets()) - before).to.be.within(1, 50);
    });
  });

  it('leaves no key of an actor that never committed', async () => {
    await claim('s:1');
    expect(await bench.keys()).to.have.length(1);
    await store.release(id, 's:1');
    expect(await bench.keys()).to.deep.equal([]);
    await claim('s:2');
    await store.destroy(id, 's:2');
    expect(await bench.keys()).to.deep.equal([]);
  });

  it('lets nothing of a living actor expire, and everything that a destroyed one leaves after 7 days', async () => {
    const lifetimes = async () => {
      const keys = await bench.keys('/player/');
      return Object.fromEntries(await Promise.all(keys.map(async (key) => [key.slice(key.indexOf('}:') + 2), Number(await bench.ask('ttl', key))] as const)));
    };
    await exercise();
    expect(await lifetimes()).to.deep.equal({ a: -1, ops: -1, out: -1, in: -1, r: -1, 'b:moved': -1, 'b:died': -1 });
    await store.destroy(id, 's:1');
    const left = await lifetimes();
    expect(left).to.have.all.keys('a', 'ops', 'out', 'in', 'old', 'b:moved@1', 'b:died@1');
    for (const seconds of Object.values(left)) expect(seconds).to.be.within(SEVEN_DAYS - 60, SEVEN_DAYS);
    await claim('s:2');
    const { old, 'b:moved@1': moved, 'b:died@1': died, ...alive } = await lifetimes();
    expect(alive).to.deep.equal({ a: -1, ops: -1, out: -1, in: -1 });
    expect([old, moved, died].map((seconds) => Number(seconds) > 0), 'whom the first life bound').to.deep.equal([true, true, true]);
    await store.settle(id, [1]);
    expect(await lifetimes()).to.deep.equal({ a: -1, ops: -1, in: -1 });
  });

  it('lets the rest of a destroyed actor expire again when its next life committed nothing', async () => {
    await claim('s:1');
    await store.commit({ id, token: 's:1', commitId: 'c', version: 0, fields: new Map() });
    await store.destroy(id, 's:1');
    await claim('s:2');
    await store.release(id, 's:2');
    const [row = ''] = await bench.keys();
    expect(Number(await bench.ask('ttl', row))).to.be.within(SEVEN_DAYS - 60, SEVEN_DAYS);
  });

  it('keeps a delivery that is parked after a destroy', async () => {
    await exercise();
    await store.destroy(id, 's:1');
    await store.park(id, { sender: 'other', sequence: 9, payload: utf8('late') });
    const kept = (await bench.keys('/player/')).filter((key) => /:(a|ops|out|in)$/.test(key));
    expect(kept).to.have.length(4);
    for (const key of kept) expect(await bench.ask('ttl', key), key).to.equal('-1');
  });

  it('keeps of a sender only the ids that it may still repeat', async () => {
    await claim('s:1');
    for (let i = 0; i < 9; i += 1) {
      await store.commit({ id, token: 's:1', commitId: `c${i}`, version: i, fields: new Map(), marks: [{ sender: 'x', low: 10 * i, ids: [10 * i + 2, 10 * i + 1] }] });
    }
    expect(await bench.ask('hget', new RedisKeys(bench.cluster).actor(id).operations, 'm:x')).to.equal('80 ,82,81,');
  });

  it('keeps no key of bindings that are over and needed by nobody, nor of a sealed set that is empty but for 7 days', async () => {
    const change = (version: number, bound: boolean, outbox: readonly { sequence: number; payload: Uint8Array }[] = []) => store.commit({
      id, token: 's:1', commitId: `c${version}`, version, fields: new Map(), bindings: [{ event: 'moved', listener: 'x', bound }], outbox,
    });
    await claim('s:1');
    await change(0, true);
    await change(1, false);
    expect(await bench.keys()).to.have.length(1);
    await change(2, true, [{ sequence: 1, payload: utf8('m') }]);
    await change(3, false);
    expect((await bench.keys()).map((key) => key.slice(key.indexOf('}:') + 2))).to.have.members(['a', 'out', 'u', 'b:moved']);
    await store.settle(id, [1]);
    expect(await bench.keys()).to.have.length(1);
    expect(await bench.ask('hkeys', new RedisKeys(bench.cluster).row(id))).not.to.include('b:moved');

    await store.noteDirty('s', [id]);
    await store.sealDirty('s');
    const set = new RedisKeys(bench.cluster).dirty('s');
    expect(await bench.ask('ttl', set)).to.equal('-1');
    await store.clean('s', [id]);
    expect(Number(await bench.ask('ttl', set))).to.be.within(SEVEN_DAYS - 60, SEVEN_DAYS);
  });

  it('rejects what is under way, and all that comes later, once it is stopped', async () => {
    const underWay = store.lookup(id);
    await store.stop();
    for (const promise of [underWay, store.lookup(id)]) expect(await promise.catch((error: unknown) => error)).to.have.property('code', 'ERR_LINK_LOST');
  });
});

describe('RedisStateStore on a Redis of its own', () => {
  it('goes on when the server forgets its scripts', async () => {
    await using redis = await startOwnRedis();
    using connection = closing(await RedisConnection.open(redis.url));
    const store = new RedisStateStore(connection.scripts, { cluster: 'c' });
    const commit = (version: number) => store.commit({ id: { type: 'a', key: 'k' }, token: 't', commitId: `c${version}`, version, fields: new Map() });
    await store.claim({ id: { type: 'a', key: 'k' }, token: 't', incarnation: 's' });
    await commit(0);
    await connection.scripts.callBuffer('script', 'flush');
    expect(await commit(1)).to.deep.equal({ status: 'committed', version: 2 });
  });

  it('has every commit that was acknowledged after the server was killed and started again', async () => {
    await using redis = await startOwnRedis({ settings: { appendfsync: 'always' } });
    using connection = closing(await RedisConnection.open(redis.url));
    const store = new RedisStateStore(connection.scripts, { cluster: 'c' });
    const id = { type: 'a', key: 'k' };
    await store.claim({ id, token: 't', incarnation: 's' });
    await store.commit({ id, token: 't', commitId: 'c1', version: 0, fields: new Map([['x', utf8('1')]]) });
    await redis.kill();
    const waiting = store.commit({ id, token: 't', commitId: 'c2', version: 1, fields: new Map([['x', utf8('2')]]) });
    await redis.restart();
    expect(await waiting).to.deep.equal({ status: 'committed', version: 2 });
    expect(claimed(await store.claim({ id, token: 't', incarnation: 's' })).fields.get('x')).to.deep.equal(utf8('2'));
  });
});
