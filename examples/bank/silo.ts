// 300 transfers, each asked for twice. Kill it, run it again: the total stays.   node dist/examples/bank/silo.js redis://127.0.0.1:6379
import { startSilo } from 'troupe/silo';
import { Account, Transfer } from './bank.js';

const silo = await startSilo({ cluster: 'bank', modules: [Account, Transfer], redis: process.argv[2], log: 'warn' });
const names = ['ada', 'bob', 'cleo', 'dan'];
for (const name of names) await silo.actor(Account, name).open(100_00);
const transfer = async (n: number): Promise<void> => {
  const order = silo.actor(Transfer, `t${n}`);
  await order.place(names[n % 4]!, n % 50 === 0 ? 'nobody' : names[(n + 1 + (n % 3)) % 4]!, 1 + ((n * 37) % 3_00));
  await order.settle().then(() => console.log(`${order.id.key} settled`), (error: Error) => console.log(`${order.id.key}: ${error.message}`));
};
await Promise.all(Array.from({ length: 600 }, (_, n) => transfer(n % 300)));
const balances = await Promise.all(names.map((name) => silo.actor(Account, name).balance()));
console.log(`${names.map((name, i) => `${name} ${balances[i]}`).join(', ')}; together ${balances.reduce((sum, cents) => sum + cents)}`);
await silo.stop();
