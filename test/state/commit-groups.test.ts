import { expect } from 'chai';
import type { CommitRequest } from '../../protocol/ports/index.js';
import { CommitArguments } from '../../state/commit-arguments.js';
import { CommitGroups } from '../../state/commit-groups.js';
import { PackedArguments } from '../../state/packed-arguments.js';
import { RedisExecutor } from '../../state/redis-executor.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { failure } from '../support/memory-silo.js';
import { utf8 } from './contract/store-bench.js';
import { RedisBench } from './redis-bench.js';

describe('Commits that leave together', () => {
  let bench: RedisBench;
  let store: RedisStateStore;
  let keys: RedisKeys;
  let scripts: number;
  let groups: CommitGroups;

  beforeEach(async () => {
    bench = await RedisBench.open();
    store = new RedisStateStore(bench.connection.scripts, { cluster: bench.cluster });
    keys = new RedisKeys(bench.cluster);
    scripts = 0;
    groups = openGroups(false);
  });
  afterEach(() => bench.dispose());

  function openGroups(isCluster: boolean): CommitGroups {
    const executor = new RedisExecutor(bench.connection.scripts);
    const counting = { run: (...args: Parameters<RedisExecutor['run']>) => (scripts++, executor.run(...args)), command: executor.command.bind(executor) };
    return new CommitGroups(counting, keys, isCluster);
  }

  async function claim(...names: readonly string[]): Promise<void> {
    for (const key of names) await store.claim({ id: { type: 'unit', key }, token: `t-${key}`, incarnation: 'i' });
  }

  function commitOf(key: string, more: Partial<CommitRequest> = {}): CommitRequest {
    return { id: { type: 'unit', key }, token: `t-${key}`, commitId: `c-${key}`, version: 0, fields: new Map([['f', utf8(`value of ${key}`)]]), ...more };
  }

  it('are one command, and each is answered for itself', async () => {
    await claim('a', 'b', 'c', 'd', 'e');
    await store.commit(commitOf('d', { marks: [{ sender: 's', low: 3, ids: [3, 5] }] }));
    const answers = await Promise.all([
      groups.commit(commitOf('a', { outbox: [{ sequence: 7, payload: utf8('m') }], marks: [{ sender: 'ü\0', low: 1, ids: [1] }, { sender: 's', low: 1, ids: [] }] })),
      groups.commit(commitOf('b', { token: 'of another' })),
      groups.commit(commitOf('c', { version: 4 })),
      groups.commit(commitOf('d', { version: 1, commitId: 'next', marks: [{ sender: 'r', low: 1, ids: [1] }, { sender: 's', low: 3, ids: [4, 5] }] })),
      groups.commit(commitOf('e', { bindings: [{ event: 'x', listener: 'unit/a', bound: true }, { event: 'y', listener: 'unit/a', bound: true }] })),
    ]);
    expect(scripts).to.equal(1);
    expect(answers).to.deep.equal([
      { status: 'committed', version: 1, oldestUnsettled: 7 },
      { status: 'fenced', holder: { token: 't-b', incarnation: 'i' } },
      { status: 'regressed', version: 0 },
      { status: 'duplicate', operationId: 's#5' },
      { status: 'committed', version: 1 },
    ]);
    expect(await store.outbox({ type: 'unit', key: 'a' }, 9)).to.deep.equal([{ sequence: 7, payload: utf8('m') }]);
    expect(await store.marks({ type: 'unit', key: 'a' }, ['ü\0'])).to.deep.equal([{ sender: 'ü\0', low: 1, ids: [1] }]);
    expect(await store.marks({ type: 'unit', key: 'd' }, ['r', 's'])).to.deep.equal([undefined, { sender: 's', low: 3, ids: [3, 5] }]);
    for (const event of ['x', 'y']) expect((await store.listeners({ type: 'unit', key: 'e' }, event, 1, 9)).listeners).to.deep.equal(['unit/a']);
  });

  it('of one actor are applied in their order', async () => {
    await claim('a');
    const [first, second] = await Promise.all([groups.commit(commitOf('a')), groups.commit(commitOf('a', { commitId: 'second', version: 1 }))]);
    expect([first, second]).to.deep.equal([{ status: 'committed', version: 1 }, { status: 'committed', version: 2 }]);
  });

  it('leave one that fails behind: it is sent again alone, and rejects with what is wrong', async () => {
    await claim('a', 'b', 'c');
    await bench.ask('set', keys.actor({ type: 'unit', key: 'b' }).operations, 'no hash');
    const broken = failure(groups.commit(commitOf('b', { marks: [{ sender: 's', low: 1, ids: [1] }] })));
    const answers = await Promise.all([groups.commit(commitOf('a')), groups.commit(commitOf('c'))]);
    expect(answers).to.deep.equal([{ status: 'committed', version: 1 }, { status: 'committed', version: 1 }]);
    expect((await broken as Error).message).to.match(/WRONGTYPE/);
    expect(scripts).to.equal(2);
  });

  it('leave one behind that cannot be written down: of it nothing goes with the others', async () => {
    await claim('a', 'b', 'c');
    const broken = (): Promise<unknown> => groups.commit(commitOf('b', { fields: new Map([['f', utf8('x')], ['g', null as unknown as Uint8Array]]) }));
    const answers = [groups.commit(commitOf('a')), broken(), groups.commit(commitOf('c'))];
    expect(await failure(answers[1]!)).to.be.instanceOf(Error);
    expect(await Promise.all([answers[0], answers[2]])).to.deep.equal([{ status: 'committed', version: 1 }, { status: 'committed', version: 1 }]);
    expect(await failure(broken())).to.be.instanceOf(Error);
    expect(await groups.commit(commitOf('b'))).to.deep.equal({ status: 'committed', version: 1 });
  });

  it('are no more than 64 in one command, and each is alone on a Redis Cluster', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `n${i}`);
    await claim(...names);
    expect((await Promise.all(names.map((name) => groups.commit(commitOf(name))))).every(({ status }) => status === 'committed')).to.equal(true);
    expect(scripts).to.equal(2);
    const alone = openGroups(true);
    await Promise.all(names.map((name) => alone.commit(commitOf(name))));
    expect(scripts).to.equal(102);
  });

  it('carry values and texts of any length, as they are', async () => {
    const id = { type: 'unit', key: 'long' };
    await claim('long');
    const sizes = [0, 1, 15, 31, 32, 63, 64, 65, 255, 256, 5000, 70_000, 1_100_000];
    const fields = new Map(sizes.map((size) => [`${'ä'.repeat(size % 2)}${'f'.repeat(Math.min(size, 300))}${size}`, new Uint8Array(size).fill(0xc6)]));
    await groups.commit(commitOf('long', { fields }));
    const read = await store.claim({ id, token: 'next', incarnation: 'i', expected: 't-long' });
    expect(read.status === 'claimed' && new Map([...read.fields].sort())).to.deep.equal(new Map([...fields].sort()));
  });

  it('name no more keys than they touch', () => {
    const count = (more: Partial<CommitRequest>): number => {
      const named: string[] = [];
      new CommitArguments(new PackedArguments(), named, keys.actor({ type: 'unit', key: 'k' })).add(commitOf('k', more));
      return named.length;
    };
    expect([count({}), count({ marks: [{ sender: 's', low: 1, ids: [1] }] }), count({ settled: [1] })]).to.deep.equal([1, 2, 6]);
  });
});
