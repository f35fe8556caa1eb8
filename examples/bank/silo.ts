// Transfers, each asked for twice. Kill it, run it again: the total stays.   node dist/examples/bank/silo.js redis://127.0.0.1:6379 --details
import { startSilo } from 'troupe/silo';
import { Account, Transfer } from './bank.js';

const [redis, details] = [process.argv.slice(2).find((arg) => arg !== '--details'), process.argv.includes('--details')];
const silo = await startSilo({ cluster: 'bank', modules: [Account, Transfer], redis, log: 'warn' });
const names = ['ada', 'bob', 'cleo', 'dan'];
const show = (cents: number[]): string => `${names.map((name, i) => `${name} ${cents[i]}`).join(', ')}; together ${cents.reduce((a, b) => a + b)} cents`;
const balances = async (): Promise<string> => show(await Promise.all(names.map((name) => silo.actor(Account, name).balance())));
const answers = new Map<string, string>();
const transfer = async (n: number, order = silo.actor(Transfer, `t${n}`)): Promise<void> => {
  await order.place(names[n % 4]!, n % 50 === 0 ? 'nobody' : names[(n + 1 + (n % 3)) % 4]!, 1 + ((n * 37) % 3_00));
  answers.set(order.id.key, await order.settle().then(() => 'settled', (error: Error) => error.message));
  if (details) console.log(`${order.id.key}: ${answers.get(order.id.key)}`);
};
for (const name of names) await silo.actor(Account, name).open(100_00);
console.log(`A bank: 300 transfers among four accounts, each asked for twice; the repeat finds the same keys.\nBefore: ${await balances()}`);
await Promise.all(Array.from({ length: 600 }, (_, n) => transfer(n % 300)));
const refused = [...answers.values()].filter((answer) => answer !== 'settled').length;
console.log(`600 requests for ${answers.size} transfers: ${answers.size - refused} settled, ${refused} refused (--details says why).\nAfter: ${await balances()}`);
await silo.stop();
