// Test clusters of real processes on a real Redis.
import { expect } from 'chai';
import { CancelledError, ConfigurationError, LinkLostError, SiloUnavailableError } from '../../sdk/index.js';
import { startTestCluster, type ProcessCluster, type ProcessSilo } from '../../silo/testing/index.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { failure, RecordingLogger } from '../support/memory-silo.js';
import { acquireRedis, type TestRedis } from '../support/redis-server.js';
import { NoSuchError, Points, Score, Scored } from './fixtures/score.fixture.js';

const MODULES = [new URL('./fixtures/score.fixture.js', import.meta.url)];

async function keysOf(url: string): Promise<number> {
  const connection = await RedisConnection.open(url);
  try {
    return ((await connection.scripts.callBuffer('keys', 'troupe:{test-*')) as unknown[]).length;
  } finally {
    connection.close();
  }
}

/** The call's outcome, made again while it is known that it may be: on a busy machine a silo can lose its lease for a moment. For reads and calls with a key. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof SiloUnavailableError || error instanceof LinkLostError)) throw error;
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }
}

function lives({ pid }: ProcessSilo): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('troupe/testing on a real Redis', function () {
  this.timeout(60_000);
  let redis: TestRedis;
  const start = (silos: number): Promise<ProcessCluster> => startTestCluster({ silos, modules: MODULES, redis: redis.url, log: 'silent' });

  before(async () => {
    redis = await acquireRedis();
  });
  after(() => redis.stop());

  const refusals: Readonly<Record<string, readonly [options: object, message: RegExp]>> = {
    'a class among the modules': [{ modules: [...MODULES, Score] }, /modules\[1\] is a class or a namespace.* give the file that exports it/],
    'a namespace': [{ modules: [{ Score }] }, /modules\[0\] is a class or a namespace/],
    'a seed': [{ seed: 7 }, /seed cannot repeat a real run/],
    'a function of the gateway': [{ gateway: { authorize: () => true } }, /gateway\.authorize is a function/],
    'a policy': [{ placement: { policies: [] } }, /placement\.policies are objects/],
    'a logger': [{ log: new RecordingLogger() }, /log is a logger/],
    'a Redis that is no URL': [{ redis: {} }, /redis is the URL of a single Redis.* got a value of type object/],
    'a Redis over TLS': [{ redis: 'rediss://me:secret@127.0.0.1' }, /got 'rediss:\/\/127\.0\.0\.1'/],
    'a Redis that is not there': [{ redis: 'redis://127.0.0.1:1' }, /127\.0\.0\.1:1.* cannot be used/],
    'a module that is not there': [{ modules: ['./no-such.js'] }, /no file '\.\/no-such\.js'/],
  };
  for (const [what, [options, message]] of Object.entries(refusals)) {
    it(`refuses ${what}, and says why`, async () => {
      const error = await failure(startTestCluster({ silos: 2, modules: MODULES, redis: redis.url, log: 'silent', ...options } as never));
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(error.message).to.match(message);
    });
  }

  it('has the verbs of the cluster in memory, over processes of their own, and leaves nothing behind', async () => {
    const t = await start(2);
    try {
      const [a, b] = [t.silo('s1'), t.silo('s2')];
      const far = b.actor(Score, 'far');
      expect(await far.pid()).to.equal(b.pid).and.not.equal(process.pid);
      const points = await t.actor(Score, 'far').add(new Points(3));
      expect(points).to.be.instanceOf(Points);
      expect(points.double()).to.equal(6);
      expect(await a.actor<Score>('tpc-score', 'far').look()).to.equal(3);
      const self = await t.actor(Score, 'far').self();
      expect([String(self), await self.look()]).to.deep.equal(['tpc-score/far', 3]);
      expect((await far.manage.activation())!.silo).to.equal(b.siloId);
      expect(await t.activations()).to.deep.equal(['tpc-score/far']);

      const keyed = far.with({ idempotencyKey: 'k' });
      expect([(await keyed.add(new Points(1))).count, (await keyed.add(new Points(1))).count]).to.deep.equal([4, 4]);
      expect(await failure(far.fail())).to.be.instanceOf(NoSuchError).and.have.property('message', 'no such thing');
      const abort = new AbortController();
      const hanging = failure(far.with({ signal: abort.signal }).hang());
      abort.abort();
      expect(await hanging).to.be.instanceOf(CancelledError);
      await far.manage.destroy();
      expect(await far.look()).to.equal(0);

      const client = await t.client({ id: 'ann', team: 'red' }, 's1');
      expect(client.identity).to.deep.equal({ id: 'ann', team: 'red' });
      await client.actor<Score>('tpc-score', 'far').add(new Points(5));
      expect(client.lastSilo(client.actor('tpc-score', 'far'))).to.equal(b.siloId);

      expect(() => t.stub()).to.throw(ConfigurationError, /stub is for test clusters in memory/);
      expect(() => t.trace).to.throw(ConfigurationError, /trace is for test clusters in memory/);
      expect(await failure(t.clock.advance('2m'))).to.be.instanceOf(ConfigurationError);
      expect(() => t.silo('s9')).to.throw(ConfigurationError, /it has s1, s2/);
      expect(await keysOf(redis.url)).to.be.greaterThan(0);
    } finally {
      await t.stop();
    }
    expect(t.silos.map(lives)).to.deep.equal([false, false]);
    expect(await keysOf(redis.url)).to.equal(0);
  });

  it('kills: what went through the silo fails, its actors and its clients go on elsewhere, and it comes back under its name', async () => {
    await using t = await start(3);
    const [a, b] = [t.silo('s1'), t.silo('s2')];
    await b.actor(Score, 'x').add(new Points(2));
    const client = await t.client({ id: 'ann' }, 's2');
    const score = client.actor<Score>('tpc-score', 'x');
    let heard = 0;
    await score.on(Scored, ({ count }) => (heard = count));
    await score.look();
    expect(client.lastSilo(score)).to.equal(b.siloId);
    const hanging = failure(b.actor(Score, 'x').hang());
    await t.kill('s2');
    expect(lives(b)).to.equal(false);
    expect(await hanging).to.be.instanceOf(LinkLostError);
    expect(await failure(b.actor(Score, 'x').look())).to.be.instanceOf(SiloUnavailableError);
    expect((await insist(() => a.actor(Score, 'x').with({ idempotencyKey: 'k' }).add(new Points(1)))).count).to.equal(3);
    expect(await insist(() => score.look())).to.equal(3);
    expect(client.lastSilo(score)).to.be.oneOf([t.silo('s1').siloId, t.silo('s3').siloId]);
    expect((await insist(() => score.with({ idempotencyKey: 'l' }).add(new Points(1)))).count).to.equal(4);
    // The subscription is made again beside the calls.
    while (heard !== 4) await insist(() => score.add(new Points(0)));
    const again = await t.restart('s2');
    expect(again.pid).not.to.equal(b.pid);
    expect(again.incarnation).not.to.equal(b.incarnation);
    expect(await insist(() => again.actor(Score, 'x').look())).to.equal(4);
  });

  it('freezes: the silo is taken for dead, and ends itself when it thaws', async () => {
    await using t = await start(3);
    const frozen = t.silo('s2');
    await frozen.actor(Score, 'x').add(new Points(2));
    t.freeze('s2');
    expect(frozen.isFrozen).to.equal(true);
    expect((await insist(() => t.silo('s3').actor(Score, 'x').with({ idempotencyKey: 'k' }).add(new Points(1)))).count).to.equal(3);
    t.thaw('s2');
    await frozen.ended;
    expect(await insist(() => t.actor(Score, 'x').look())).to.equal(3);
  });

  it('cuts and heals, delays and drops what is between two silos', async () => {
    await using t = await start(2);
    const [a, b] = [t.silo('s1'), t.silo('s2')];
    await a.actor(Score, 'x').add(new Points(1));
    await b.actor(Score, 'y').add(new Points(1));
    expect(await a.actor(Score, 'x').addAt('y')).to.equal(2);
    await t.cut('s1', 's2');
    let isDone = false;
    const reading = a.actor(Score, 'y').look().finally(() => (isDone = true));
    await t.clock.advance('1500ms');
    expect(isDone, 'over a cut wire').to.equal(false);
    await t.heal();
    expect(await reading).to.equal(2);
    await t.delay('s1', 's2', 200);
    const sinceMs = t.clock.monotonicMs();
    await insist(() => a.actor(Score, 'y').look());
    expect(t.clock.monotonicMs() - sinceMs).to.be.at.least(400);
    await t.delay('s1', 's2', 0);
    await t.drop('s1', 's2');
    expect(await insist(() => a.actor(Score, 'y').look())).to.equal(2);
  });

  it('cuts a silo off its store: others take over, and what it sent late changes nothing', async () => {
    await using t = await start(3);
    const lost = t.silo('s2');
    await lost.actor(Score, 'x').add(new Points(2));
    await t.cut('s2', 'store');
    const late = failure(lost.actor(Score, 'x').add(new Points(100)));
    expect((await insist(() => t.silo('s3').actor(Score, 'x').with({ idempotencyKey: 'k' }).add(new Points(1)))).count).to.equal(3);
    await t.heal('s2', 'store');
    await late;
    await lost.ended;
    expect(await insist(() => t.actor(Score, 'x').look())).to.equal(3);
  });
});
