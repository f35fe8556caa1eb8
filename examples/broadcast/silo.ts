// A warning to 200 houses, two of which fail.   node dist/examples/broadcast/silo.js redis://127.0.0.1:6379
// Kill it after it has printed the id, and see what became of the warning:   node dist/examples/broadcast/silo.js redis://127.0.0.1:6379 <id>
import { startSilo } from 'troupe/silo';
import { House, Siren } from './broadcast.js';

const [redis, id] = process.argv.slice(2);
const silo = await startSilo({ cluster: 'broadcast', modules: [Siren, House], redis, log: 'silent' });
const house = (n: number) => silo.actor(House, String(n));
const broken = [17, 133];
const counts = async () => (await Promise.all(Array.from({ length: 200 }, (_, n) => house(n).heard()))).map(({ length }) => length);
const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 50));

async function receipts(of: string): Promise<void> {
  const broadcast = silo.broadcast(of);
  console.log(`Received: each of ${(await broadcast.received).delivered} houses has it, or it lies in front of its door.`);
  const { delivered, failed } = await broadcast.processed;
  console.log(`Processed: ${delivered} have pumped, ${failed.length} have failed.`);
  for (const { listener, error } of failed) console.log(`  ${listener}: ${error.message}`);
}

async function mend(): Promise<void> {
  // A letter goes into the list by way of its listener's outbox.
  while ((await silo.deadLetters.count()) < broken.length) await pause();
  const { letters } = await silo.deadLetters.list();
  console.log('Dead letters:');
  for (const { target, event, attempts, error } of letters) console.log(`  ${target.type}/${target.key} ${event}: ${attempts} attempts, ${error.message}`);
  for (const n of broken) await house(n).setPump(false);
  for (const letter of letters) await silo.deadLetters.retry(letter.id);
  while (new Set(await counts()).size > 1) await pause();
  console.log(`The pumps are repaired, the letters sent anew: ${await silo.deadLetters.count()} left.`);
}

if (id === undefined) {
  console.log('A siren, and 200 houses that listen to it. The pumps of two are broken.');
  await Promise.all(Array.from({ length: 200 }, (_, n) => house(n).listenTo('valley')));
  for (const n of broken) await house(n).setPump(true);
  const warning = await silo.actor(Siren, 'valley').warn(3);
  console.log(`The warning is saved with the siren's state, and on its way: ${warning}`);
  await receipts(warning);
  await mend();
} else {
  console.log(`The warning ${id}, opened again:`);
  await receipts(id);
  if (await house(broken[0]!).needsRepair()) await mend();
}
console.log(`Each house has heard each warning once; warnings so far: ${[...new Set(await counts())].join(' or ')}.`);
await silo.stop();
