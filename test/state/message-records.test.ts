import { expect } from 'chai';
import { MemoryMessageRecords } from '../../state/memory-message-records.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { RedisMessageRecords } from '../../state/redis-message-records.js';
import { letter, messageRecordsContract } from '../contracts/message-records.contract.js';
import { FakeClock } from './fake-clock.js';
import { utf8 } from './contract/store-bench.js';
import { RedisBench } from './redis-bench.js';

messageRecordsContract('memory', () => Promise.resolve({ records: new MemoryMessageRecords(), dispose: () => Promise.resolve() }));

messageRecordsContract('Redis', async () => {
  const bench = await RedisBench.open();
  return { records: new RedisMessageRecords(bench.connection.scripts, bench), dispose: () => bench.dispose() };
});

const DAY_MS = 24 * 3_600_000;

describe('MemoryMessageRecords', () => {
  it('forget a tracker after a day, and a removed letter after seven', async () => {
    const clock = new FakeClock();
    const { broadcasts, deadLetters } = new MemoryMessageRecords(clock);
    await broadcasts.open('b', utf8('i'));
    await deadLetters.add(letter('a'));
    await deadLetters.remove('a');
    clock.advance(DAY_MS - 1);
    expect(await broadcasts.received('b', [1])).to.include({ received: 1 });
    clock.advance(1);
    expect([await broadcasts.received('b', [1]), await broadcasts.status('b')]).to.deep.equal([undefined, undefined]);
    await broadcasts.open('b', utf8('j'));
    expect(await broadcasts.status('b')).to.deep.include({ info: utf8('j'), received: 0 });
    clock.advance(6 * DAY_MS - 1);
    expect(await deadLetters.add(letter('a'))).to.equal(false);
    clock.advance(1);
    expect(await deadLetters.add(letter('a'))).to.equal(true);
  });
});

describe('RedisMessageRecords', () => {
  let bench: RedisBench;
  let records: RedisMessageRecords;
  beforeEach(async () => {
    bench = await RedisBench.open();
    records = new RedisMessageRecords(bench.connection.scripts, bench);
  });
  afterEach(() => bench.dispose());
  const ttl = async (key: string) => Number(await bench.ask('pttl', key));

  it('lets all of a tracker expire a day after it was opened, and letters never', async () => {
    await records.broadcasts.open('b', utf8('i'));
    const { tracker } = new RedisKeys(bench.cluster).tracker('b');
    expect(await ttl(tracker)).to.be.within(DAY_MS - 60_000, DAY_MS);
    await bench.ask('pexpire', tracker, String(DAY_MS / 2));
    await records.broadcasts.processed('b', [1], [{ ordinal: 2, listener: 'l', error: { name: 'E', message: 'm' } }]);
    await records.broadcasts.expanded('b', 3);
    const keys = await bench.keys('/bc/');
    expect(keys.map((key) => key.slice(key.indexOf('}') + 1))).to.have.members(['', ':got', ':done', ':bad', ':why']);
    for (const key of keys) expect(await ttl(key), key).to.be.within(DAY_MS / 2 - 60_000, DAY_MS / 2);
    await records.deadLetters.add(letter('a'));
    for (const key of await bench.keys('/dead}')) expect(await ttl(key), key).to.equal(-1);
  });

  it('lets the calls of a message expire 7 days after the first of them, and so the end of a chain', async () => {
    await records.journal.note('m', 0, 'x');
    const key = new RedisKeys(bench.cluster).journal('m');
    expect(await ttl(key)).to.be.within(7 * DAY_MS - 60_000, 7 * DAY_MS);
    await bench.ask('pexpire', key, String(DAY_MS));
    await records.journal.note('m', 1, 'y');
    await records.journal.note('m', 0, 'x');
    expect(await ttl(key)).to.be.within(DAY_MS - 60_000, DAY_MS);
    await records.journal.drop('m');
    await records.chainEnds.keep('c', { failed: false, payload: utf8('x') });
    expect(await ttl(new RedisKeys(bench.cluster).chainEnd('c'))).to.be.within(7 * DAY_MS - 60_000, 7 * DAY_MS);
    await records.chainEnds.drop('c');
    expect(await bench.keys()).to.deep.equal([]);
  });

  it('leaves of removed letters their ids, for seven days', async () => {
    for (const id of ['a', 'b']) await records.deadLetters.add(letter(id));
    for (const id of ['a', 'b']) await records.deadLetters.remove(id);
    const { letters, lastNumber, removed } = new RedisKeys(bench.cluster).deadLetters;
    expect(await bench.keys()).to.have.members([lastNumber, removed]);
    expect(await ttl(removed)).to.be.within(7 * DAY_MS - 60_000, 7 * DAY_MS);
    await bench.ask('zincrby', removed, String(-7 * DAY_MS), 'a');
    expect(await records.deadLetters.add(letter('a'))).to.equal(true);
    expect(await records.deadLetters.add(letter('b'))).to.equal(false);
    expect([await bench.ask('hlen', letters), await bench.ask('zcard', removed)]).to.deep.equal(['1', '1']);
  });

  it('keeps the keys of one broadcast, and all of the letters, in one hash slot each, whatever they are called', async () => {
    for (const odd of ['{x}', '}{', 'a/b', '*', 'x'.repeat(300)]) {
      await records.broadcasts.open(odd, utf8('i'));
      await records.broadcasts.received(odd, [1]);
      await records.deadLetters.add(letter(odd, { target: { type: 'player', key: odd } }));
      await records.journal.note(odd, 0, odd);
      await records.chainEnds.keep(odd, { failed: false, payload: utf8(odd) });
    }
    const keys = await bench.keys();
    const table = /^troupe:\{test-[0-9a-f]+\/(bc\/(?:[A-Za-z0-9_-]+|~[A-Za-z0-9_-]{22})\}(:got)?|(?:calls|ended)\/(?:[A-Za-z0-9_-]+|~[A-Za-z0-9_-]{22})\}|dead\}(:n|:at|:t:[A-Za-z0-9_-]+)?)$/;
    expect(keys.filter((key) => !table.test(key))).to.deep.equal([]);
    expect(new Set(keys.map((key) => /\{([^}]+)\}/.exec(key)?.[1]))).to.have.length(16);
  });

  it('rejects what is under way, and all that comes later, once it is stopped', async () => {
    const underWay = records.deadLetters.count();
    await records.stop();
    for (const promise of [underWay, records.broadcasts.status('b')]) expect(await promise.catch((error: unknown) => error)).to.have.property('code', 'ERR_LINK_LOST');
  });
});
