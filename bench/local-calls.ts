// Warm calls on one silo beside a bare promise loop, in one run: `npm run bench`. Quote the ratios; the machine is shared.
import { Actor, State } from '../sdk/index.js';
import { startSilo, type Silo } from '../silo/index.js';
import type { Handle } from '../sdk/author/index.js';

const ACTORS = 1000;
const MEASURED_MS = 2000;
const BATCH = 100;

@Actor({ name: 'bench-counter' })
class Counter {
  private value = 0;
  add(amount: number): number {
    return (this.value += amount);
  }
}

@Actor({ name: 'bench-account' })
class Account {
  @State() balance = 0;
  add(amount: number): number {
    return (this.balance += amount);
  }
}

/** Calls per second of `call`, with `width` under way at once. */
async function rate(call: (serial: number) => Promise<unknown>, width: number): Promise<number> {
  let serial = 0;
  const start = performance.now();
  const run = async (): Promise<void> => {
    while (performance.now() - start < MEASURED_MS) for (let i = 0; i < BATCH; i++) await call(serial++);
  };
  await Promise.all(Array.from({ length: width }, run));
  return (serial * 1000) / (performance.now() - start);
}

async function measure(silo: Silo): Promise<void> {
  const bare = await rate(async (serial) => serial, 1);
  report('a bare promise, before any turn', bare, bare);
  const warm = async <T extends { add(amount: number): number }>(handles: readonly Handle<T>[]) => {
    const add = (serial: number): Promise<unknown> => (handles[serial % ACTORS] as unknown as { add(amount: number): Promise<number> }).add(1);
    for (let serial = 0; serial < ACTORS; serial++) await add(serial);
    return add;
  };
  const handlesOf = <T extends object>(Class: new (context: never) => T): Handle<T>[] => Array.from({ length: ACTORS }, (_, key) => silo.actor(Class, String(key)));
  const counter = await warm(handlesOf(Counter));
  report('call, alone', await rate(counter, 1), bare);
  report('call, 100 in flight', await rate(counter, 100), bare);
  // The first AsyncLocalStorage.run of a process turns on hooks that every promise pays for.
  report('a bare promise, after', await rate(async (serial) => serial, 1), bare);
  const account = await warm(handlesOf(Account));
  report('call with a commit in memory, alone', await rate(account, 1), bare);
  const cold = await rate((serial) => silo.actor(Counter, `cold ${serial}`).add(1), 100);
  report('activation, 100 in flight', cold, bare);
}

function report(what: string, perSecond: number, bare: number): void {
  process.stdout.write(`${what.padEnd(40)} ${Math.round(perSecond).toLocaleString('en').padStart(12)} /s   ${(perSecond / bare).toFixed(3)} of bare\n`);
}

const silo = await startSilo({ modules: [Counter, Account], log: 'silent' });
await measure(silo);
await silo.stop();
