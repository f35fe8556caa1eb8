import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Account } from '../../examples/orders/account.js';
import { Depot } from '../../examples/orders/depot.js';
import { Order, type Status, type Wish } from '../../examples/orders/order.js';
import { Stock } from '../../examples/orders/stock.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { TestProcess, type ProcessEnd } from '../support/processes.js';
import { startOwnRedis } from '../support/redis-server.js';

const MODULES = [Order, Stock, Account, Depot];
const SILO = fileURLToPath(new URL('../../examples/orders/silo.js', import.meta.url));
const WISH: Wish = { article: 'tea', count: 3, cents: 500, account: 'ada', address: '1 High Street', payWithin: '10m' };

async function open(t: TestCluster, count: number, cents: number): Promise<void> {
  await t.clock.until(t.actor(Stock, 'tea').open(count));
  await t.clock.until(t.actor(Account, 'ada').open(cents));
}

async function whole(t: TestCluster): Promise<object> {
  const { free, reserved, handedOut } = await t.clock.until(t.actor(Stock, 'tea').count());
  const { cents, spent } = await t.clock.until(t.actor(Account, 'ada').balance());
  return { free, reserved, handedOut, cents, spent, parcels: (await t.clock.until(t.actor(Depot, 'main').list())).length };
}

describe('examples/orders', () => {
  let t: TestCluster;
  const through = <T>(call: Promise<T>): Promise<T> => t.clock.until(call);
  const place = (id: string, change: Partial<Wish> = {}): Promise<Status> => through(t.actor(Order, id).place({ ...WISH, ...change }));
  const pay = (id: string): Promise<Status> => through(t.actor(Order, id).pay());
  const look = (id: string) => through(t.actor(Order, id).look());

  beforeEach(async () => {
    t = await startTestCluster({ modules: MODULES, log: 'silent' });
    await open(t, 10, 1200);
  });
  afterEach(() => t.stop());

  it('reserves, charges and ships, and tells who asked how it ended', async () => {
    expect(await place('o')).to.equal('reserved');
    expect(await whole(t)).to.deep.equal({ free: 7, reserved: 3, handedOut: 0, cents: 1200, spent: 0, parcels: 0 });
    expect(await pay('o')).to.equal('shipped');
    expect(await whole(t)).to.deep.equal({ free: 7, reserved: 0, handedOut: 3, cents: 700, spent: 500, parcels: 1 });
    expect([await place('o'), await pay('o')], 'again').to.deep.equal(['shipped', 'shipped']);
    await t.clock.advance('1h');
    expect(await look('o')).to.deep.equal({ status: 'shipped', why: '' });
  });

  it('takes nothing when the stock has too little', async () => {
    expect(await place('o', { count: 11 })).to.equal('cancelled');
    expect(await look('o')).to.deep.equal({ status: 'cancelled', why: 'out of stock' });
    expect(await pay('o')).to.equal('cancelled');
    expect(await whole(t)).to.deep.equal({ free: 10, reserved: 0, handedOut: 0, cents: 1200, spent: 0, parcels: 0 });
  });

  it('waits for money when the account has too little, as long as there is time', async () => {
    await place('o', { cents: 1300 });
    expect(await pay('o')).to.equal('reserved');
    await t.actor(Account, 'ada').pay(100);
    await t.clock.advance('9m');
    expect(await pay('o')).to.equal('shipped');
    expect(await whole(t)).to.include({ cents: 0, spent: 1300, handedOut: 3 });
  });

  it('gives the stock back when nobody has paid in time, though nobody asks and everybody sleeps', async () => {
    await place('o');
    await t.clock.advance('9m');
    await t.actor(Order, 'o').manage.deactivate();
    expect(await whole(t)).to.include({ free: 7, reserved: 3 });
    await t.clock.advance('2m');
    expect(t.activations()).to.include('order/o');
    expect(await look('o')).to.deep.equal({ status: 'cancelled', why: 'not paid in time' });
    expect(await whole(t)).to.include({ free: 10, reserved: 0, cents: 1200 });
    expect(await pay('o')).to.equal('cancelled');
  });

  it('gives money and stock back when the parcel cannot be shipped', async () => {
    await place('o', { address: '' });
    expect(await pay('o')).to.equal('cancelled');
    expect(await look('o')).to.deep.equal({ status: 'cancelled', why: 'there is no such address' });
    expect(await whole(t)).to.deep.equal({ free: 10, reserved: 0, handedOut: 0, cents: 1200, spent: 0, parcels: 0 });
  });

  it('lets the payment or the reminder win, whichever comes first, and never both', async () => {
    const ends: Status[] = [];
    for (const [n, ms] of [-50, -10, -2, -1, 0, 1, 10].entries()) {
      await place(`o${n}`, { count: 1, cents: 100 });
      await t.clock.advance(600_000 + ms - 2);
      ends.push(await pay(`o${n}`));
      await t.clock.advance('1m');
      expect((await look(`o${n}`)).status, `o${n}`).to.equal(ends[n]);
    }
    expect([ends[0], ends.at(-1)]).to.deep.equal(['shipped', 'cancelled']);
    const { reserved, handedOut, spent, parcels } = (await whole(t)) as Record<string, number>;
    expect([reserved, handedOut, spent]).to.deep.equal([0, parcels, 100 * parcels!]);
  });
});

describe('examples/orders, killed', function () {
  this.timeout(60_000);

  for (const seed of [1, 2, 3]) {
    it(`ends each order once, whichever silos are killed on the way (in memory, seed ${seed})`, async () => {
      await using t = await startTestCluster({ modules: MODULES, silos: 3, seed, log: 'silent' });
      await open(t, 40, 20_000);
      // A commit takes its time: kills fall between the steps.
      for (const { name } of t.silos) t.delay(name, 'store', 10);
      const orders = Array.from({ length: 24 }, (_, n) => t.actor(Order, `o${n}`));
      const kill = async (n: number): Promise<void> => {
        const { name } = t.silos[(n + seed) % 3]!;
        await t.clock.advance(1 + ((61 * (n + 1) * seed) % 300));
        t.kill(name);
        await t.clock.advance('6s');
        await t.restart(name);
      };
      for (const [n, order] of orders.entries()) {
        await t.clock.until(order.tell.place({ ...WISH, count: 1 + (n % 3), address: n % 5 === 4 ? '' : 'here', payWithin: '4m' }));
        if (n % 4 === 3) await kill(n);
      }
      await t.clock.advance('5s');
      for (const [n, order] of orders.entries()) {
        if (n % 4 !== 3) await t.clock.until(order.tell.pay());
        if (n % 3 === 2) await kill(n);
      }
      await t.clock.advance('6m');
      const ends = await Promise.all(orders.map((order) => t.clock.until(order.look())));
      const shipped = ends.flatMap(({ status }, n) => (status === 'shipped' ? [n] : []));
      for (const [n, { status, why }] of ends.entries()) {
        const end = why === 'out of stock' ? why : n % 4 === 3 ? 'not paid in time' : n % 5 === 4 ? 'there is no such address' : '';
        expect([status, why], `o${n}`).to.deep.equal([end === '' ? 'shipped' : 'cancelled', end]);
      }
      const sold = shipped.reduce((sum, n) => sum + 1 + (n % 3), 0);
      expect(await whole(t)).to.deep.equal({
        free: 40 - sold, reserved: 0, handedOut: sold, cents: 20_000 - 500 * shipped.length, spent: 500 * shipped.length, parcels: shipped.length,
      });
      expect(await t.clock.until(t.deadLetters.count())).to.equal(0);
    });
  }

  it('says how its 120 orders ended, without a Redis', async () => {
    await using script = new TestProcess([SILO, '--details']);
    check(await script.ended);
  });

  it('ends each once though its process is killed amid them', async () => {
    await using redis = await startOwnRedis();
    await using victim = new TestProcess([SILO, redis.url, '--details']);
    await victim.waitForOutput(/(o\d+: .*\n){10}/, 30_000);
    victim.kill('SIGKILL');
    const { signal, stdout } = await victim.ended;
    expect(signal).to.equal('SIGKILL');
    expect(stdout, 'killed before the end').to.not.contain('parcels');
    await using first = new TestProcess([SILO, redis.url, '--details']);
    const end = check(await first.ended);
    await using second = new TestProcess([SILO, redis.url, '--details']);
    expect(check(await second.ended), 'asking once more changes nothing').to.deep.equal(end);
  });
});

/** What it says at its end, which is as its orders say it. */
function check({ code, stdout, stderr }: ProcessEnd): string {
  expect(code, stderr).to.equal(0);
  const shipped = [...stdout.matchAll(/^o(\d+): shipped$/gm)].map(([, n]) => Number(n));
  expect([...stdout.matchAll(/^o\d+: (shipped|cancelled, .+)$/gm)]).to.have.length(120);
  expect(shipped.length).to.be.within(1, 119);
  const sum = (of: (n: number) => number, is: (n: number) => boolean): number => shipped.filter(is).reduce((all, n) => all + of(n), 0);
  const end = stdout.slice(stdout.indexOf('\n  '));
  expect(end).to.contain(`\n${shipped.length} parcels\n`);
  for (const [at, article] of ['tea', 'cups', 'pots'].entries()) {
    const sold = sum((n) => 1 + (n % 4), (n) => n % 3 === at);
    expect(end).to.contain(`\n${article}: ${sold} sold, ${80 - sold} left, 0 reserved; together 80\n`);
  }
  for (const [at, person] of ['ada', 'bob', 'cleo', 'dan'].entries()) {
    const spent = sum((n) => 500 + (n % 5) * 100, (n) => n % 4 === at);
    expect(end).to.contain(`\n${person}: ${spent} cents spent, ${12_000 - spent} left; together 12000\n`);
  }
  return end;
}
