// Silos on a Redis Cluster of local processes, while its slots and masters move under them.
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Cluster } from 'ioredis';
import { Actor, SiloUnavailableError, State } from '../../sdk/index.js';
import { startSilo, type Silo, type SiloOptions } from '../../silo/index.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { phase } from '../state/phase.js';
import { TestRedisCluster } from '../support/redis-cluster.js';

@Actor({ name: 'counter' })
class Counter {
  @State() total = 0;
  @State() seen: number[] = [];
  add(number: number): number {
    this.seen.push(number);
    return (this.total += 1);
  }
  read(): { total: number; seen: number[] } {
    return { total: this.total, seen: this.seen };
  }
}

const ACTORS = 24;
const REFUSED_FOR_MS = 15_000;

/**
 * Repeats what surely did not run: a lease lapses while the master of its table is changed for more than a second. `seen` shows whether
 * it was true that it did not run.
 */
async function add(silo: Silo, key: string, number: number): Promise<number> {
  const deadline = performance.now() + REFUSED_FOR_MS;
  for (;;) {
    try {
      return await silo.actor(Counter, key).add(number);
    } catch (error) {
      if (!(error instanceof SiloUnavailableError) || performance.now() > deadline) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Calls every actor in turn, again and again, from two silos; keeps what was acknowledged. */
class Writers {
  readonly acknowledged = new Map<string, number[]>();
  readonly failures: unknown[] = [];
  private isStopping = false;
  private readonly done: Promise<unknown>;

  constructor(silos: readonly Silo[], readonly keys: readonly string[]) {
    this.done = Promise.all(keys.map((key, i) => this.write(key, silos[i % silos.length]!)));
  }

  /** Every actor has acknowledged `count` more writes than now. */
  async more(count: number): Promise<void> {
    const goals = this.keys.map((key) => [key, this.countOf(key) + count] as const);
    await phase(`${count} more writes of every actor`, () => goals.every(([key, goal]) => this.failures.length > 0 || this.countOf(key) >= goal));
    expect(this.failures).to.deep.equal([]);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.done;
  }

  private countOf(key: string): number {
    return this.acknowledged.get(key)?.length ?? 0;
  }

  private async write(key: string, silo: Silo): Promise<void> {
    const mine: number[] = [];
    this.acknowledged.set(key, mine);
    try {
      for (let number = 1; !this.isStopping; number++) {
        await add(silo, key, number);
        mine.push(number);
      }
    } catch (error) {
      this.failures.push(error);
    }
  }
}

describe('silos on a Redis Cluster', () => {
  let redis: TestRedisCluster;
  let client: Cluster;
  let cluster: string;
  const silos: Silo[] = [];
  const keys = Array.from({ length: ACTORS }, (_, i) => `counter ${i}`);
  const makeClient = () => new Cluster(redis.startupNodes, { lazyConnect: true });
  const start = async (source: SiloOptions['redis']): Promise<Silo> => {
    const silo = await startSilo({ cluster, modules: [Counter], redis: source, log: 'silent' });
    silos.push(silo);
    return silo;
  };
  const rowOf = (key: string) => new RedisKeys(cluster).row({ type: 'counter', key });
  const membersSlot = () => redis.slotOf(new RedisKeys(cluster).membership.silos);

  /** What a silo that starts now finds is what was acknowledged, each write once and in order, one version for each. */
  const expectAllKept = async ({ acknowledged }: Writers) => {
    await Promise.all(silos.splice(0).map((silo) => silo.stop()));
    const later = await start(makeClient());
    for (const [key, numbers] of acknowledged) {
      expect(await later.actor(Counter, key).read(), key).to.deep.equal({ total: numbers.length, seen: numbers });
      expect(Number(await client.hget(rowOf(key), 'v')), `version of ${key}`).to.equal(numbers.length);
    }
  };

  before(async function () {
    this.timeout(60_000);
    redis = await TestRedisCluster.start({ nodeTimeoutMs: 2000 });
    client = new Cluster(redis.startupNodes);
  });
  beforeEach(() => {
    cluster = `t-${randomUUID()}`;
  });
  afterEach(() => Promise.all(silos.splice(0).map((silo) => silo.stop({ force: true }))));
  after(async () => {
    client?.disconnect();
    await redis?.stop();
  });

  it("lose no acknowledged write and skip no version while slots move: an actor's and the membership table's", async () => {
    const writers = new Writers([await start(makeClient), await start(makeClient())], keys);
    await writers.more(3);
    for (const slot of [await redis.slotOf(rowOf(keys[0]!)), await membersSlot()]) {
      await redis.moveSlot(slot, await redis.otherMaster(slot), () => writers.more(2));
      await writers.more(3);
    }
    await writers.stop();
    await expectAllKept(writers);
  });

  it('lose no acknowledged write and skip no version while every master changes places with its replica', async () => {
    const writers = new Writers([await start(makeClient), await start(makeClient())], keys);
    await writers.more(3);
    for (const slot of [0, 8000, 16_000]) {
      await redis.failover(await redis.masterOf(slot));
      await writers.more(3);
    }
    await writers.stop();
    await expectAllKept(writers);
  });

  it('go on, all of them, when a master stalls and its replica takes over', async function () {
    this.timeout(60_000);
    const both = [await start(makeClient()), await start(makeClient())];
    const writers = new Writers(both, keys);
    await writers.more(3);
    await writers.stop();
    const master = await redis.masterOf(await membersSlot());
    const replica = await redis.replicaOf(master);
    await master.ask('wait', '1', '5000');
    master.server.pause();
    const during = Promise.all(keys.map((key, i) => add(both[i % 2]!, key, 0)));
    await redis.promoted({ master, replica });
    const answers = await during;
    master.server.resume();
    expect(answers).to.deep.equal(keys.map((key) => writers.acknowledged.get(key)!.length + 1));
    const statuses = (await both[0]!.members()).map(({ status }) => status);
    expect(statuses).to.deep.equal(['up', 'up']);
  });
});
