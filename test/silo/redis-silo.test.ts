import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Actor, ConfigurationError, State, type ActorContext } from '../../sdk/index.js';
import { startSilo, type Silo, type SiloOptions } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { acquireRedis, startOwnRedis, type OwnRedis, type TestRedis } from '../support/redis-server.js';

@Actor({ name: 'ledger' })
class Ledger {
  @State() total = 0;
  @State() entries: { at: Date; amount: number }[] = [];
  constructor(private readonly ctx: ActorContext<Ledger>) {}
  add(amount: number): number {
    this.entries.push({ at: new Date(amount), amount });
    return (this.total += amount);
  }
  async addSlowly(amount: number): Promise<number> {
    const before = this.total;
    await Promise.resolve();
    this.total = before + amount;
    return this.total;
  }
  read(): { total: number; entries: { at: Date; amount: number }[]; key: string } {
    return { total: this.total, entries: this.entries, key: this.ctx.key };
  }
}

describe('a silo on Redis', () => {
  let redis: TestRedis;
  const silos: Silo[] = [];
  const start = async (cluster: string, more: Partial<SiloOptions> = {}): Promise<Silo> => {
    const silo = await startSilo({ cluster, modules: [Ledger], redis: redis.url, log: 'silent', ...more });
    silos.push(silo);
    return silo;
  };

  before(async () => {
    redis = await acquireRedis();
  });
  afterEach(() => Promise.all(silos.splice(0).map((silo) => silo.stop())));
  after(() => redis.stop());

  it('keeps state over a restart of the silo', async () => {
    const cluster = `t-${randomUUID()}`;
    const first = await start(cluster);
    await first.actor(Ledger, 'a').add(5);
    await first.actor(Ledger, 'a').add(7);
    await first.stop();
    const second = await start(cluster);
    expect(await second.actor(Ledger, 'a').read()).to.deep.equal({ total: 12, entries: [{ at: new Date(5), amount: 5 }, { at: new Date(7), amount: 7 }], key: 'a' });
  });

  it('makes one activation for 100 callers released together on each of 10 cold actors, and loses no increment', async () => {
    const silo = await start(`t-${randomUUID()}`);
    await Promise.all(Array.from({ length: 1000 }, (_, index) => silo.actor(Ledger, `cold ${index % 10}`).addSlowly(1)));
    expect(silo.statistics().activated).to.equal(10);
    for (let key = 0; key < 10; key++) expect((await silo.actor(Ledger, `cold ${key}`).read()).total).to.equal(100);
  });

  it('shares its actors with the other silos of its cluster: each is active on one of them', async () => {
    const cluster = `t-${randomUUID()}`;
    const silos = [await start(cluster), await start(cluster), await start(cluster)];
    const keys = Array.from({ length: 12 }, (_, i) => `shared ${i}`);
    await Promise.all(silos.flatMap((silo) => keys.map((key) => silo.actor(Ledger, key).add(1))));
    for (const key of keys) expect((await silos[0]!.actor(Ledger, key).read()).total).to.equal(3);
    const active = silos.flatMap((silo) => silo.activations().map(({ key }) => key)).filter((key) => key.startsWith('shared'));
    expect(active.sort()).to.deep.equal([...keys].sort());
  });

  it('goes on with the actors of a silo that left', async () => {
    const cluster = `t-${randomUUID()}`;
    const [first, second] = [await start(cluster), await start(cluster)];
    const gone = new Promise((resolve) => second.on('member-dead', resolve));
    await first.actor(Ledger, 'left').add(1);
    await first.stop();
    await gone;
    expect(await second.actor(Ledger, 'left').add(1)).to.equal(2);
  });

  it('keeps clusters of other names apart', async () => {
    const [one, two] = await Promise.all([start(`t-${randomUUID()}`), start(`t-${randomUUID()}`)]);
    await one.actor(Ledger, 'a').add(1);
    expect((await two.actor(Ledger, 'a').read()).total).to.equal(0);
  });

  it('names a Redis that does not answer', async () => {
    const error = await failure(start('nobody', { redis: 'redis://user:secret@127.0.0.1:1' }));
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.message).to.contain('127.0.0.1:1').and.not.contain('secret');
  });

  it('loses no acknowledged write when Redis is killed and started again', async () => {
    const own: OwnRedis = await startOwnRedis({ settings: { appendfsync: 'always' } });
    try {
      const cluster = `t-${randomUUID()}`;
      const silo = await start(cluster, { redis: own.url });
      expect(await silo.actor(Ledger, 'a').add(1)).to.equal(1);
      await own.kill();
      const during = silo.actor(Ledger, 'a').add(10).then(() => 'acknowledged', () => 'unknown');
      await own.restart();
      const outcome = await during;
      await silo.stop({ force: true });
      const next = await start(cluster, { redis: own.url });
      const { total } = await next.actor(Ledger, 'a').read();
      expect(total).to.be.oneOf(outcome === 'acknowledged' ? [11] : [1, 11]);
      await next.stop();
    } finally {
      await own.stop();
    }
  });
});
