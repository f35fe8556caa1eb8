// The memory twin gives the same answers as Redis, whatever is asked in whatever order.
import { expect } from 'chai';
import fc from 'fast-check';
import type { ActorId } from '../../protocol/actor-id.js';
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
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), sequences: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('settleAll' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), isSafe: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('park' as const), sender: name, sequence: small }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Plays the steps on one store and writes down every answer and, after each step, everything that can be read. */
async function play(store: StateStore, key: string, steps: readonly Step[]): Promise<unknown[]> {
  const id = { type: 'a', key };
  const answers: unknown[] = [];
  let version = 0;
  let sequence = 0;
  /** Which version sent what, as it is first seen. */
  const sent = new Map<number, number>();
  const unsettled = async () => (await store.outbox(id, 100)).map((entry) => entry.sequence);
  const act = async (each: Step): Promise<unknown> => {
    switch (each.do) {
      case 'claim': return store.claim({ id, token: each.token, incarnation: `of ${each.token}`, expected: each.expected });
      case 'takeOver': return store.claim({ id, token: each.token, incarnation: `of ${each.token}`, expected: (await store.lookup(id))?.token });
      case 'release': return store.release(id, each.token);
      case 'destroy': return store.destroy(id, each.token);
      case 'handOff': return store.handOff(id, each.token, { token: each.next, incarnation: `of ${each.next}` });
      case 'settle': return store.settle(id, each.sequences);
      case 'settleAll': return store.settle(id, await unsettled());
      case 'forget': {
        const [oldest] = await unsettled();
        return store.forgetUnbound(id, each.isSafe && oldest !== undefined ? sent.get(oldest) : undefined);
      }
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
    const left = await unsettled();
    for (const entry of left) if (!sent.has(entry)) sent.set(entry, version);
    answers.push(...(await Promise.all([...new Set([version, ...left.map((entry) => sent.get(entry)!)])].map((each) => listeners(store, id, each)))));
  }
  return answers;
}

/** Of every event, by pages of two. */
async function listeners(store: StateStore, id: ActorId, version: number): Promise<unknown[]> {
  const ofEvent = async (event: string, cursor?: string): Promise<readonly string[]> => {
    const page = await store.listeners(id, event, version, 2, cursor);
    return [...page.listeners, ...(page.cursor === undefined ? [] : await ofEvent(event, page.cursor))];
  };
  return Promise.all(['a', 'b', 'n', 'v'].map(async (event) => [...(await ofEvent(event))].sort()));
}

async function readAll(store: StateStore, id: ActorId): Promise<unknown[]> {
  const holder = await store.lookup(id);
  const [row, operations, ...rest] = await Promise.all([
    holder && store.claim({ id, ...holder }), store.operations(id), store.marks(id, ['a', 'b', 'n', 'v']), store.outbox(id, 100), store.inbox(id, 100), store.reminders(id),
  ]);
  const sorted = [...operations].sort((a, b) => (a.operationId < b.operationId ? -1 : 1));
  return [holder, row?.status === 'claimed' ? { ...row, tags: [...row.tags].sort() } : row, sorted, ...rest];
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
