// Silos behind a Sentinel with one replica, and a failover: what it may lose, and what it must not.
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Actor, State } from '../../sdk/index.js';
import { startSilo, type Durability, type Silo } from '../../silo/index.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { phase } from '../state/phase.js';
import { acquireRedis } from '../support/redis-server.js';
import { TestRedisSentinel } from '../support/redis-sentinel.js';

@Actor({ name: 'chain' })
class Chain {
  @State() seen: number[] = [];
  add(number: number): number {
    return this.seen.push(number);
  }
  read(): number[] {
    return this.seen;
  }
}

const ACTORS = 24;
const PATIENCE_MS = 20_000;

describe('silos behind a Sentinel', () => {
  let redis: TestRedisSentinel;
  let cluster: string;
  const silos: Silo[] = [];
  const keys = Array.from({ length: ACTORS }, (_, i) => `chain ${i}`);
  const start = async (durability: Durability): Promise<Silo> => {
    const silo = await startSilo({ cluster, modules: [Chain], redis: redis.source, durability, log: 'silent' });
    silos.push(silo);
    return silo;
  };
  beforeEach(async function () {
    this.timeout(60_000);
    cluster = `t-${randomUUID()}`;
    redis = await TestRedisSentinel.start();
  });
  afterEach(async () => {
    await Promise.all(silos.splice(0).map((silo) => silo.stop({ force: true })));
    await redis?.stop();
  });

  /** Writes to every actor from two silos while `fault` happens; what was acknowledged. A number is written once, whatever becomes of it. */
  const writeDuring = async (durability: Durability, fault: () => Promise<void>): Promise<ReadonlyMap<string, readonly number[]>> => {
    const both = [await start(durability), await start(durability)];
    const acknowledged = new Map(keys.map((key) => [key, [] as number[]]));
    let isStopping = false;
    const writing = Promise.all(keys.map(async (key, i) => {
      for (let number = 1; !isStopping; number++) {
        await both[i % 2]!.actor(Chain, key).with({ timeout: '2s' }).add(number).then(() => acknowledged.get(key)!.push(number), () => undefined);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }));
    const more = async (count: number) => {
      const goals = keys.map((key) => [key, acknowledged.get(key)!.length + count] as const);
      const deadline = performance.now() + PATIENCE_MS;
      const isReached = () => goals.every(([key, goal]) => acknowledged.get(key)!.length >= goal);
      while (!isReached() && performance.now() < deadline) await phase('more writes of every actor', isReached).catch(() => undefined);
      expect(isReached(), `${count} more writes of every actor`).to.equal(true);
    };
    await more(3);
    await fault();
    await more(3);
    isStopping = true;
    await writing;
    await Promise.all(silos.splice(0).map((silo) => silo.stop()));
    return acknowledged;
  };

  /** Of every actor one chain is left: each number at most once and in order, one version for each write unless the whole state was written again. */
  const readChains = async (durability: Durability, isWhole: boolean): Promise<ReadonlyMap<string, readonly number[]>> => {
    const later = await start(durability);
    const master = await redis.master();
    const chains = new Map<string, readonly number[]>();
    for (const key of keys) {
      const seen = await later.actor(Chain, key).read();
      expect(seen, key).to.deep.equal([...new Set(seen)].sort((a, b) => a - b));
      const version = Number(await master.ask('hget', new RedisKeys(cluster).row({ type: 'chain', key }), 'v'));
      if (isWhole) expect(version, `version of ${key}`).to.equal(seen.length);
      chains.set(key, seen);
    }
    return chains;
  };

  it('primary: a failover forks nothing: of every actor one chain is left', async function () {
    this.timeout(60_000);
    await writeDuring('primary', async () => void (await redis.failover()));
    await readChains('primary', false);
  });

  it('replicated: a primary that is killed takes no acknowledged write with it, and no version is skipped', async function () {
    this.timeout(60_000);
    const acknowledged = await writeDuring('replicated', async () => {
      const killed = await redis.master();
      await killed.server.kill();
      await redis.promoted(killed);
      await redis.bringBack(killed);
    });
    const chains = await readChains('replicated', true);
    for (const [key, numbers] of acknowledged) expect(chains.get(key), key).to.include.members([...numbers]);
  });

  it('replicated: refuse to start where there is no replica', async () => {
    await using alone = await acquireRedis();
    const error: unknown = await startSilo({ cluster, modules: [Chain], redis: alone.url, durability: 'replicated', log: 'silent' }).catch((caught: unknown) => caught);
    expect(error).to.have.property('code', 'ERR_CONFIGURATION');
    expect(String(error)).to.match(/durability: 'replicated' cannot be kept: .* has no replica/);
  });
});
