import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { Actor, Public, ReadOnly, State } from '../../sdk/index.js';
import { connect, ForbiddenError } from '../../sdk/client/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { acquireRedis, type TestRedis } from '../support/redis-server.js';

@Actor({ name: 'guest' })
class Guest {
  @State() visits = 0;
  @Public() visit(): number {
    return ++this.visits;
  }
  @Public({ for: 'any' }) @ReadOnly() look(): number {
    return this.visits;
  }
}

@Actor({ name: 'passer-by', idleAfter: '1s' })
class PasserBy {
  @State() visits = 0;
  @Public({ for: 'any' }) @ReadOnly() look(): number {
    return this.visits;
  }
}

const KEYS = 4000;

describe('random keys of a session type', () => {
  let redis: TestRedis;
  let observer: Redis;
  let silo: Silo;
  const cluster = `t-${randomUUID()}`;
  before(async () => {
    redis = await acquireRedis();
    observer = new Redis(redis.url);
    const limits = { callsPerSecond: 1_000_000, inFlight: 1000 };
    silo = await startSilo({ cluster, redis: redis.url, modules: [Guest, PasserBy], log: 'silent', gateway: { port: 0, session: 'guest', limits, authenticate: ({ token }) => ({ id: token! }) } });
  });
  after(async () => {
    await silo.stop();
    await observer.quit();
    await redis.stop();
  });
  /** The Redis keys of a type. */
  const keysOf = async (type: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const page of observer.scanStream({ match: `troupe:{${cluster}/${type}/*`, count: 5000 })) found.push(...(page as string[]));
    return found.sort();
  };
  /** The Redis keys of a type, once they are as few and all but one activation ended: the directory may be told behind the endings. */
  const fewKeysOf = async (type: string, few: number): Promise<readonly string[]> => {
    const late = Date.now() + 20_000;
    let left = await keysOf(type);
    while ((left.length > few || silo.activations().length > 1) && Date.now() < late) left = await keysOf(type);
    return left;
  };
  /** The outcomes of a call to each of 4,000 keys, 500 at a time. */
  const callAll = async (call: (key: string) => Promise<unknown>): Promise<readonly unknown[]> => {
    const outcomes: unknown[] = [];
    for (let done = 0; done < KEYS; done += 500) outcomes.push(...await Promise.all(Array.from({ length: 500 }, () => call(randomUUID()).catch((error: unknown) => error))));
    return outcomes;
  };

  it('add nothing to Redis and wake nobody, when a client asks 4,000 of them for what is theirs', async () => {
    await using client = await connect({ address: silo.gatewayAddress!, token: 'me' });
    await client.self<Guest>().visit();
    const before = await keysOf('guest');
    const outcomes = await callAll((key) => client.actor<Guest>('guest', key).visit());
    expect(outcomes.filter((outcome) => !(outcome instanceof ForbiddenError))).to.deep.equal([]);
    expect(silo.activations()).to.have.length(1);
    expect(await keysOf('guest')).to.deep.equal(before);
  });

  const deactivate = (keys: readonly string[]): Promise<unknown> => Promise.all(keys.map((key) => silo.actor(Guest, key).manage.deactivate()));
  const ENDINGS: Readonly<Record<string, (keys: readonly string[]) => Promise<unknown>>> = {
    'are put to sleep 500 at a time': async (keys) => {
      for (let done = 0; done < keys.length; done += 500) await deactivate(keys.slice(done, done + 500));
    },
    'are put to sleep all at once': deactivate,
  };
  for (const [how, end] of Object.entries(ENDINGS)) {
    it(`leave nothing in Redis, when a client has looked at 4,000 of them and they ${how}`, async function () {
      this.timeout(60_000);
      await using client = await connect({ address: silo.gatewayAddress!, token: 'me' });
      await client.self<Guest>().visit();
      const before = await keysOf('guest');
      expect(new Set(await callAll((key) => client.actor<Guest>('guest', key).look()))).to.deep.equal(new Set([0]));
      const awake = silo.activations().filter(({ type, key }) => type === 'guest' && key !== 'me');
      expect(awake).to.have.length(KEYS);
      await end(awake.map(({ key }) => key));
      expect(silo.activations()).to.have.length(1);
      expect(await fewKeysOf('guest', before.length)).to.deep.equal(before);
    });
  }

  it('leave nothing in Redis, when a client has looked at 4,000 of them and they fall asleep by themselves', async function () {
    this.timeout(60_000);
    await using client = await connect({ address: silo.gatewayAddress!, token: 'me' });
    const before = silo.statistics();
    expect(new Set(await callAll((key) => client.actor<PasserBy>('passer-by', key).look()))).to.deep.equal(new Set([0]));
    expect(silo.statistics().activated - before.activated).to.equal(KEYS);
    expect(await fewKeysOf('passer-by', 0)).to.deep.equal([]);
    expect(silo.statistics().deactivated - before.deactivated).to.equal(KEYS);
    expect(silo.activations()).to.have.length(1);
  });
});
