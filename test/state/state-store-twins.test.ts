// The memory twin gives the same answers as Redis, whatever is asked in whatever order.
import { expect } from 'chai';
import fc from 'fast-check';
import type { StateStore } from '../../protocol/ports/state-store.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { utf8 } from './contract/store-bench.js';
import { RedisBench } from './redis-bench.js';

const token = fc.constantFrom('t1', 't2', 't3');
const small = fc.integer({ min: 0, max: 4 });
const bytes = fc.uint8Array({ maxLength: 4 }).map((array) => Uint8Array.from(array));
const name = fc.constantFrom('a', 'b', 'n', 'v');

const commit = fc.record({
  token, commitId: fc.integer({ min: 0, max: 30 }).map((n) => `c${n}`), versionOffset: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1) }),
  fields: fc.array(fc.tuple(name, fc.option(bytes, { nil: undefined }))).map((pairs) => new Map(pairs)),
  operations: fc.array(name.map((operationId) => ({ operationId, scope: 's', argumentsHash: 'h', at: 1, result: utf8('r') })), { maxLength: 1 }),
  forgottenOperations: fc.array(name, { maxLength: 1 }),
  marks: fc.array(fc.record({ sender: name, low: small, ids: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 2 }) }), { maxLength: 2 }),
  sends: small, settled: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }), inboxTaken: fc.integer({ min: 0, max: 2 }),
  bindings: fc.array(fc.record({ event: name, listener: name, bound: fc.boolean() }), { maxLength: 3 }),
  reminders: fc.array(fc.record({ name, value: fc.option(bytes, { nil: undefined }) }), { maxLength: 3 }),
  tags: fc.record({ added: fc.array(name, { maxLength: 2 }), removed: fc.array(name, { maxLength: 2 }) }),
  hold: fc.constantFrom(undefined, null, 'h1'),
});

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('commit' as const), commit }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('claim' as const), token, expected: fc.option(token, { nil: undefined }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('takeOver' as const), token }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('release' as const, 'destroy' as const), token }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('handOff' as const), token, next: token }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('park' as const), sender: name, sequence: small }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Plays the steps on one store and writes down every answer and, after each step, everything that can be read. */
async function play(store: StateStore, key: string, steps: readonly Step[]): Promise<unknown[]> {
  const id = { type: 'a', key };
  const answers: unknown[] = [];
  let version = 0;
  let sequence = 0;
  const act = async (each: Step): Promise<unknown> => {
    switch (each.do) {
      case 'claim': return store.claim({ id, token: each.token, incarnation: `of ${each.token}`, expected: each.expected });
      case 'takeOver': return store.claim({ id, token: each.token, incarnation: `of ${each.token}`, expected: (await store.lookup(id))?.token });
      case 'release': return store.release(id, each.token);
      case 'destroy': return store.destroy(id, each.token);
      case 'handOff': return store.handOff(id, each.token, { token: each.next, incarnation: `of ${each.next}` });
      case 'park': return store.park(id, { sender: each.sender, sequence: each.sequence, payload: utf8(`${each.sender}${each.sequence}`) });
      case 'commit': {
        const { versionOffset, sends, ...parts } = each.commit;
        const outbox = Array.from({ length: sends }, () => ({ sequence: ++sequence, payload: utf8(`m${sequence}`) }));
        return store.commit({ ...parts, id, version: Math.max(0, version + versionOffset), outbox });
      }
    }
  };
  for (const each of steps) {
    const answer = await act(each);
    if (typeof answer === 'object' && answer !== null && 'version' in answer) version = Number(answer.version);
    answers.push(answer, ...(await readAll(store, id)));
  }
  return answers;
}

async function readAll(store: StateStore, id: { type: string; key: string }): Promise<unknown[]> {
  const holder = await store.lookup(id);
  const row = holder && (await store.claim({ id, ...holder }));
  const operations = await store.operations(id);
  return [
    holder, row?.status === 'claimed' ? { ...row, tags: [...row.tags].sort() } : row,
    [...operations].sort((a, b) => (a.operationId < b.operationId ? -1 : 1)), await store.marks(id, ['a', 'b', 'n', 'v']),
    await store.outbox(id, 100), await store.inbox(id, 100), await store.reminders(id),
  ];
}

describe('StateStore twins', () => {
  let bench: RedisBench;
  before(async () => (bench = await RedisBench.open()));
  after(() => bench.dispose());

  it('answer alike to any sequence of commands', async () => {
    const redis = new RedisStateStore(bench.connection.scripts, bench);
    const memory = new MemoryStateStore();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const key = `run-${++runs}`;
        const [onRedis, inMemory] = await Promise.all([play(redis, key, steps), play(memory, key, steps)]);
        expect(inMemory).to.deep.equal(onRedis);
      }),
      { numRuns: 120 },
    );
  }).timeout(60_000);
});
