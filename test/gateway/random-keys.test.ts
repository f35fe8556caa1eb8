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

describe('random keys of a session type', () => {
  let redis: TestRedis;
  let observer: Redis;
  let silo: Silo;
  const cluster = `t-${randomUUID()}`;
  before(async () => {
    redis = await acquireRedis();
    observer = new Redis(redis.url);
    const limits = { callsPerSecond: 1_000_000, inFlight: 1000 };
    silo = await startSilo({ cluster, redis: redis.url, modules: [Guest], log: 'silent', gateway: { port: 0, session: 'guest', limits, authenticate: ({ token }) => ({ id: token! }) } });
  });
  after(async () => {
    await silo.stop();
    await observer.quit();
    await redis.stop();
  });
  const guests = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const page of observer.scanStream({ match: `troupe:{${cluster}/guest/*`, count: 5000 })) found.push(...(page as string[]));
    return found;
  };
  /** The outcomes of a call to each of 10,000 keys, 500 at a time. */
  const tenThousand = async (call: (key: string) => Promise<unknown>): Promise<readonly unknown[]> => {
    const outcomes: unknown[] = [];
    for (let done = 0; done < 10_000; done += 500) outcomes.push(...await Promise.all(Array.from({ length: 500 }, () => call(randomUUID()).catch((error: unknown) => error))));
    return outcomes;
  };

  it('add nothing to Redis and wake nobody, when a client asks 10,000 of them for what is theirs', async () => {
    await using client = await connect({ address: silo.gatewayAddress!, token: 'me' });
    await client.self<Guest>().visit();
    const before = await guests();
    const outcomes = await tenThousand((key) => client.actor<Guest>('guest', key).visit());
    expect(outcomes.filter((outcome) => !(outcome instanceof ForbiddenError))).to.deep.equal([]);
    expect(silo.activations()).to.have.length(1);
    expect(await guests()).to.deep.equal(before);
  });

  it('leave nothing in Redis once they sleep, when a client looks at 10,000 of them', async function () {
    this.timeout(60_000);
    await using client = await connect({ address: silo.gatewayAddress!, token: 'me' });
    await client.self<Guest>().visit();
    const before = await guests();
    expect(new Set(await tenThousand((key) => client.actor<Guest>('guest', key).look()))).to.deep.equal(new Set([0]));
    const awake = silo.activations().filter(({ key }) => key !== 'me');
    expect(awake).to.have.length(10_000);
    for (let done = 0; done < awake.length; done += 500) await Promise.all(awake.slice(done, done + 500).map(({ key }) => silo.actor(Guest, key).manage.deactivate()));
    // The directory is told behind the deactivations.
    const late = Date.now() + 20_000;
    let left = await guests();
    while (left.length > before.length && Date.now() < late) left = await guests();
    expect(left).to.deep.equal(before);
  });
});
