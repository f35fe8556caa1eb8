// A service on real silos: processes of their own, real links, a real Redis.
import { expect } from 'chai';
import { CallTimeoutError, LinkLostError, SiloUnavailableError, StaleEpochError } from '../../sdk/index.js';
import { startTestCluster, type ProcessCluster } from '../../silo/testing/index.js';
import { acquireRedis, type TestRedis } from '../support/redis-server.js';
import { Held, Tally } from './fixtures/tally.fixture.js';

const ROUNDS = 10;
const ATTEMPTS = 5;

describe('a service of four permits on three silos that are processes', function () {
  this.timeout(180_000);
  let redis: TestRedis;
  let t: ProcessCluster;

  before(async () => {
    redis = await acquireRedis();
    t = await startTestCluster({ silos: 3, modules: [new URL('./fixtures/tally.fixture.js', import.meta.url)], redis: redis.url, log: 'silent' });
  });
  after(async () => {
    await t.stop();
    await redis.stop();
  });

  /** `undefined`: on a busy machine a silo lost its lease meanwhile, and with it what the actor had counted. */
  async function attempt(key: string): Promise<Awaited<ReturnType<Tally['figures']>> | undefined> {
    const tally = t.actor(Tally, key).with({ timeout: '10s' });
    const handle = t.silo('s2').service(Held).with({ timeout: '20s' });
    const calls = Array.from({ length: 12 * ROUNDS }, (_, n) => handle.stay(n, key));
    const lapse = new Promise<never>((_, reject) => calls.forEach((call) => void call.catch(reject)));
    try {
      for (let round = 0; round < ROUNDS; round++) {
        await Promise.race([tally.has(12), lapse]);
        // What could let a thirteenth in has had the time of these to do it.
        for (const silo of t.silos) await silo.actor(Tally, key).figures();
        expect((await tally.figures()).inside).to.equal(12);
        await tally.release(12);
      }
      expect(await Promise.all(calls)).to.deep.equal(calls.map((_, n) => n));
      return await tally.figures();
    } catch (error) {
      await tally.end().catch(() => undefined);
      await Promise.allSettled(calls);
      if (!isLapse(error)) throw error;
      return undefined;
    }
  }

  it('runs twelve turns at once and never thirteen, the same number on each, though all callers are on one', async () => {
    let figures = await attempt('t1');
    for (let n = 2; !figures && n <= ATTEMPTS; n++) figures = await attempt(`t${n}`);
    expect(figures?.most).to.equal(12);
    expect(figures?.turns).to.deep.equal(Object.fromEntries(t.silos.map(({ pid }) => [pid, 4 * ROUNDS])));
  });
});

function isLapse(error: unknown): boolean {
  return [SiloUnavailableError, StaleEpochError, LinkLostError, CallTimeoutError].some((Class) => error instanceof Class);
}
