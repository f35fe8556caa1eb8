// One store under one version of the classes after the other, as deployments leave it.
import { randomUUID } from 'node:crypto';
import { SystemClock } from '../../protocol/system-clock.js';
import type { ClaimRequest, ClaimResult, CommitRequest, CommitResult, SavedFields, StateStore } from '../../protocol/ports/state-store.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { memorySilo, type TestSilo } from '../support/memory-silo.js';
import { acquireRedis } from '../support/redis-server.js';

/** A store, the commits that it was asked for, and the silo that now runs on it. */
export class Deployments {
  readonly commits: CommitRequest[] = [];
  /** Answers the next commit in the store's place, once. */
  answerNext: ((request: CommitRequest) => CommitResult) | undefined;
  /** What a text in saved values is read as, of the same length: `['vault-1', 'vault-2']`. */
  readAs: readonly [saved: string, read: string] | undefined;
  private readonly store: StateStore;
  private current: TestSilo | undefined;

  constructor(store: StateStore, private readonly close: () => Promise<void>) {
    const commit = (request: CommitRequest): Promise<CommitResult> => {
      const { answerNext } = this;
      this.answerNext = undefined;
      this.commits.push(request);
      return answerNext ? Promise.resolve(answerNext(request)) : store.commit(request);
    };
    const claim = async (request: ClaimRequest): Promise<ClaimResult> => {
      const result = await store.claim(request);
      return result.status === 'claimed' ? { ...result, fields: this.read(result.fields) } : result;
    };
    this.store = new Proxy(store, {
      get(target, name) {
        if (name === 'commit') return commit;
        if (name === 'claim') return claim;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
  }

  /** Stops the silo of the version before, and starts one that hosts these classes. */
  async deploy(...classes: readonly object[]): Promise<TestSilo> {
    await this.current?.runtime.stop();
    this.commits.length = 0;
    return (this.current = memorySilo(classes, { store: this.store }));
  }

  async end(): Promise<void> {
    await this.current?.runtime.stop();
    await this.close();
  }

  private read(fields: SavedFields): SavedFields {
    const [saved, read] = this.readAs ?? ['', ''];
    return new Map([...fields].map(([name, value]) => [name, Buffer.from(Buffer.from(value).toString('latin1').replaceAll(saved, read), 'latin1')]));
  }
}

/** The promise holds on the store in memory and on a Redis. */
export function onBothStores(promise: string, keep: (deployments: Deployments) => Promise<void>): void {
  it(`${promise} (memory)`, () => run(new Deployments(new MemoryStateStore(new SystemClock()), () => Promise.resolve()), keep));
  it(`${promise} (Redis)`, async () => {
    await using redis = await acquireRedis();
    const connection = await RedisConnection.open(redis.url);
    const store = new RedisStateStore(connection.scripts, { cluster: `t-${randomUUID()}` });
    await run(new Deployments(store, async () => (await store.stop(), connection.close())), keep);
  });
}

async function run(deployments: Deployments, keep: (deployments: Deployments) => Promise<void>): Promise<void> {
  try {
    await keep(deployments);
  } finally {
    await deployments.end();
  }
}
