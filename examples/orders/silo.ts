// 120 orders. Kill it, run it again: each ends once.   node dist/examples/orders/silo.js redis://127.0.0.1:6379 --details
import { TroupeError } from 'troupe';
import { startSilo } from 'troupe/silo';
import { Account } from './account.js';
import { Depot } from './depot.js';
import { Order, type Status, type Wish } from './order.js';
import { Stock } from './stock.js';

const [redis, details] = [process.argv.slice(2).find((arg) => arg !== '--details'), process.argv.includes('--details')];
const silo = await startSilo({ cluster: 'orders', modules: [Order, Stock, Account, Depot], redis, log: 'warn' });
const articles = ['tea', 'cups', 'pots'];
const people = ['ada', 'bob', 'cleo', 'dan'];
const ENDS: readonly Status[] = ['shipped', 'cancelled'];

const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 50));

/** An order that is asked twice does nothing twice: after whatever failure it may be asked again. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof TroupeError) || tries === 200) throw error;
      await pause();
    }
  }
}

/** Until the order has gone as far as it can without somebody who pays. */
async function settled(n: number, ends: readonly Status[]): Promise<Status> {
  for (;;) {
    const { status } = await insist(() => silo.actor(Order, `o${n}`).look());
    if (ends.includes(status)) return status;
    await pause();
  }
}

async function buy(n: number): Promise<void> {
  const order = silo.actor(Order, `o${n}`);
  // Every tenth has an address that is none; every seventh is never paid.
  const wish: Wish = { article: articles[n % 3]!, count: 1 + (n % 4), cents: 5_00 + (n % 5) * 1_00, account: people[n % 4]!, address: n % 10 === 9 ? '' : `${n} High Street`, payWithin: '2s' };
  await insist(() => order.place(wish));
  if ((await settled(n, ['reserved', ...ENDS])) === 'reserved' && n % 7 !== 6) await insist(() => order.pay());
  await settled(n, ENDS);
  const { status, why } = await insist(() => order.look());
  if (details) console.log(`o${n}: ${status}${why && `, ${why}`}`);
}

for (const article of articles) await silo.actor(Stock, article).open(80);
for (const person of people) await silo.actor(Account, person).open(120_00);
console.log('A shop: 120 orders. Some find the shelf empty, some the account; some have no address, some nobody who pays.');
await Promise.all(Array.from({ length: 120 }, (_, n) => buy(n)));
const counts = new Map<string, number>();
for (let n = 0; n < 120; n++) {
  const { status, why } = await silo.actor(Order, `o${n}`).look();
  const end = why === '' ? status : `${status}, ${why}`;
  counts.set(end, (counts.get(end) ?? 0) + 1);
}
for (const [end, count] of [...counts].sort(([a], [b]) => b.localeCompare(a))) console.log(`  ${count} ${end}`);
console.log(`${(await silo.actor(Depot, 'main').list()).length} parcels`);
for (const article of articles) {
  const { free, reserved, handedOut } = await silo.actor(Stock, article).count();
  console.log(`${article}: ${handedOut} sold, ${free} left, ${reserved} reserved; together ${free + reserved + handedOut}`);
}
for (const person of people) {
  const { cents, spent } = await silo.actor(Account, person).balance();
  console.log(`${person}: ${spent} cents spent, ${cents} left; together ${cents + spent}`);
}
await silo.stop();
