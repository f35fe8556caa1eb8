// Warm calls through a handle on one silo, beside a bare promise and hand-written mailboxes in the same run; then what the calls' time goes to.
//   node dist/bench/local-calls.js [--seconds 3] [--rounds 5] [--goal 0.15] [--top 15]
// The first `AsyncLocalStorage.run` of a process makes every promise in it dearer (Node before 24), and a turn needs one: so the bare promise is
// measured before any turn, and again in turns with the rest. Quote ratios; a shared machine has no absolute figures.
import { parseArgs } from 'node:util';
import { Actor, State } from '../sdk/index.js';
import { startSilo } from '../silo/index.js';
import { profile, type ProfileEntry } from './support/cpu-profile.js';
import { FloorMailbox, FloorMailboxWithContext } from './support/floor-mailbox.js';
import { atLeast, finish } from './support/report.js';
import { measureInTurns, type Loop } from './support/rounds.js';

const ACTORS = 1000;
const WIDTH = 100;

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

/** An object whose method is asynchronous: what a call costs when nothing stands between. */
class Bare {
  private value = 0;
  async add(amount: number): Promise<number> {
    return (this.value += amount);
  }
}

interface Adder {
  add(amount: number): Promise<number>;
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' }, rounds: { type: 'string', default: '5' }, goal: { type: 'string', default: '0.15' }, top: { type: 'string', default: '15' },
  },
});
const settings = { rounds: Number(values.rounds), measureMs: Number(values.seconds) * 1000 };

const keys = Array.from({ length: ACTORS }, (_, index) => `actor-${index}`);

/** `loop` in `WIDTH` strands at once, sharing the count. */
function side(loop: Loop): Loop {
  return async (count) => void (await Promise.all(Array.from({ length: WIDTH }, () => loop(Math.ceil(count / WIDTH)))));
}

function bareLoop(): Loop {
  const objects = keys.map(() => new Bare());
  return async (count) => {
    for (let i = 0; i < count; i++) await objects[i % ACTORS]!.add(1);
  };
}

function floorLoop(floor: FloorMailbox): Loop {
  for (const key of keys) floor.add(key, new Bare());
  return async (count) => {
    for (let i = 0; i < count; i++) await floor.call(keys[i % ACTORS]!, 'add', [1]);
  };
}

// Two functions for the two actor types: the compiler must not see both in one.
function counterLoop(handles: readonly Adder[]): Loop {
  let serial = 0;
  return async (count) => {
    for (let i = 0; i < count; i++) await handles[serial++ % ACTORS]!.add(1);
  };
}

function accountLoop(handles: readonly Adder[]): Loop {
  let serial = 0;
  return async (count) => {
    for (let i = 0; i < count; i++) await handles[serial++ % ACTORS]!.add(1);
  };
}

function printRates(title: string, rates: Readonly<Record<string, number>>, before: number, after: number): void {
  console.log(`\n${title.padEnd(46)} ${'per second'.padStart(12)} ${'µs'.padStart(8)} ${'of bare'.padStart(8)} ${'of bare, before'.padStart(16)}`);
  for (const [name, rate] of Object.entries(rates)) {
    console.log(`${name.padEnd(46)} ${Math.round(rate).toLocaleString('en').padStart(12)} ${(1e6 / rate).toFixed(3).padStart(8)} ${(rate / after).toFixed(3).padStart(8)} ${(rate / before).toFixed(3).padStart(16)}`);
  }
}

function printProfile(title: string, entries: readonly ProfileEntry[]): void {
  console.log(`\n${title}: own time`);
  for (const { name, place, selfShare } of entries) console.log(`${(100 * selfShare).toFixed(1).padStart(5)} %  ${name.padEnd(36)} ${place}`);
}

const before = await measureInTurns({
  'a bare promise, before any turn': bareLoop(),
  'floor: map + promise mailbox, before any turn': floorLoop(new FloorMailbox()),
}, settings);
const bareBefore = before['a bare promise, before any turn'];

await using silo = await startSilo({ modules: [Counter, Account], log: 'silent' });
const counters = keys.map((key) => silo.actor(Counter, key));
const accounts = keys.map((key) => silo.actor(Account, key));
for (const actor of [...counters, ...accounts]) await actor.add(0);
const counter = counterLoop(counters);

const after = await measureInTurns({
  'a bare promise': bareLoop(),
  'floor: map + promise mailbox': floorLoop(new FloorMailbox()),
  'floor: the same + AsyncLocalStorage.run': floorLoop(new FloorMailboxWithContext()),
  'handle': counter,
  'handle, 100 in flight': side(counter),
  'handle with a commit in memory': accountLoop(accounts),
  'handle with a commit in memory, 100 in flight': side(accountLoop(accounts)),
}, settings);
const bareAfter = after['a bare promise'];

printRates('before the first turn of the process', before, bareBefore, bareAfter);
printRates('after it', after, bareBefore, bareAfter);

const run = (loop: Loop) => async (): Promise<void> => {
  const end = performance.now() + settings.measureMs;
  while (performance.now() < end) await loop(2000);
};
const profiles = {
  alone: (await profile(run(counter))).slice(0, Number(values.top)),
  'with a commit': (await profile(run(accountLoop(accounts)))).slice(0, Number(values.top)),
};
for (const [name, entries] of Object.entries(profiles)) printProfile(`a warm call, ${name}`, entries);

console.log();
finish({
  bench: 'local-calls',
  settings: { ...settings, node: process.version, actors: ACTORS },
  figures: { perSecond: { ...before, ...after }, profiles },
  goals: [
    atLeast('a warm call of a bare promise, after the first turn', after.handle / bareAfter, Number(values.goal)),
  ],
});
