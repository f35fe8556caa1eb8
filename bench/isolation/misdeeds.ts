// What user code in a component's thread can do wrong, by name. Each runs as part of a method of a component; loaded by threads, so it imports
// nothing of the bench. `crash`: the thread dies of it; `error`: the turn fails and the thread goes on; `limit`: nothing but `turnLimit` ends it.
import { execSync } from 'node:child_process';
import fs from 'node:fs';
import { parentPort, Worker, workerData } from 'node:worker_threads';

export interface Misdeed {
  /** What its caller gets. */
  readonly end: 'crash' | 'error';
  /** The exit code that the error names, where the thread chose it. */
  readonly exitCode?: number;
  readonly run: () => unknown;
}

/** The turn waits for what cannot come any more. */
const never = (): Promise<never> => new Promise(() => undefined);
const later = (deed: () => unknown): Promise<never> => {
  setTimeout(deed, 1);
  return never();
};
const kept: unknown[] = [];
/** Some of it arrives where the silo writes to. */
const INVISIBLE = '\r'.repeat(1000);
const keep = (make: () => unknown): never => {
  for (;;) kept.push(make());
};
/** (module (func (export "f") (loop (br 0)))) */
const SPINNING = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11]);
declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => object; readonly Instance: new (module: object) => { readonly exports: { f(): void } } };

/** Anything at all can be thrown. */
const toss = (value: unknown): never => { throw value as Error; };
const deepen = (): number => deepen() + 1;
const unreadable = (): object => Object.defineProperties({}, Object.fromEntries(['message', 'stack', 'name', 'code'].map((name) => [name, {
  enumerable: true,
  get: () => { throw new Error(`nobody reads ${name}`); },
}])));

export const MISDEEDS = {
  'throws': { end: 'error', run: () => { throw new TypeError('on purpose'); } },
  'throws null': { end: 'error', run: () => toss(null) },
  'throws what cannot be read': { end: 'error', run: () => toss(unreadable()) },
  'throws from a timer': { end: 'crash', run: () => later(() => { throw new Error('from a timer'); }) },
  'throws undefined from a timer': { end: 'crash', run: () => later(() => toss(undefined)) },
  'leaves a rejection unhandled': { end: 'crash', run: () => { void Promise.reject(new Error('nobody catches it')); return never(); } },
  'process.exit(0)': { end: 'crash', exitCode: 0, run: () => process.exit(0) },
  'process.exit(7) in a promise': { end: 'crash', exitCode: 7, run: () => Promise.resolve().then(() => process.exit(7)) },
  'process.exit with listeners that throw': { end: 'crash', run: () => { process.on('exit', () => { throw new Error('at exit'); }); return process.exit(3); } },
  'recursion without end': { end: 'error', run: deepen },
  'recursion without end in a timer': { end: 'crash', run: () => later(deepen) },
  'a loop without end': { end: 'crash', run: () => { for (;;); } },
  'microtasks without end': { end: 'crash', run: () => { const next = (): void => queueMicrotask(next); next(); return never(); } },
  'nextTick without end': { end: 'crash', run: () => { const next = (): void => process.nextTick(next); next(); return never(); } },
  'a catastrophic regular expression': { end: 'crash', run: () => /^(a+)+$/.test(`${'a'.repeat(40)}b`) },
  'WebAssembly without end': { end: 'crash', run: () => new WebAssembly.Instance(new WebAssembly.Module(SPINNING)).exports.f() },
  'Atomics.wait for ever': { end: 'crash', run: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) },
  'a child process that takes two seconds': { end: 'crash', run: () => execSync('/bin/sleep 2') },
  'a heap of small objects': { end: 'crash', run: () => keep(() => ({ at: kept.length, list: [kept.length] })) },
  'a heap of large arrays': { end: 'crash', run: () => keep(() => new Array<number>(5_000_000).fill(kept.length + 0.5)) },
  'a Map without end': { end: 'crash', run: () => { const map = new Map<number, number>(); for (let index = 0; ; index++) map.set(index, index); } },
  'an object without end': { end: 'crash', run: () => { const object: Record<string, number> = {}; for (let index = 0; ; index++) object[`key${index}`] = index; } },
  'buffers without end': { end: 'crash', run: () => keep(() => Buffer.alloc(1_000_000, 1)) },
  'promises without end': { end: 'crash', run: () => keep(() => never().then(() => undefined)) },
  'stdout without end': { end: 'crash', run: () => { for (;;) process.stdout.write(INVISIBLE); } },
  'process.abort': { end: 'error', run: () => process.abort() },
  'process.chdir': { end: 'error', run: () => process.chdir('/') },
  'a signal to its own process': { end: 'error', run: () => process.kill(process.pid, 'SIGKILL') },
  "closing the process's stdout": { end: 'error', run: () => fs.closeSync(1) },
  'writing to and closing parentPort': {
    end: 'error',
    run: () => {
      for (let count = 0; count < 10_000; count++) parentPort!.postMessage([0, 1, 1, 'forged', 0]);
      parentPort!.close();
      throw new Error(`it found ${Object.keys(workerData as object).join(', ') || 'nothing'}`);
    },
  },
  'spoiled prototypes': {
    end: 'crash',
    run: () => {
      const spoiled = (): never => { throw new Error('spoiled'); };
      for (const name of ['push', 'slice', 'map', 'splice'] as const) Array.prototype[name] = spoiled;
      Promise.prototype.then = spoiled;
      throw new Error('on purpose');
    },
  },
  'threads of its own that loop': { end: 'crash', run: () => { new Worker('for (;;);', { eval: true }); return later(() => { throw new Error('from a timer'); }); } },
  'no listeners, no handlers': { end: 'crash', run: () => { process.removeAllListeners(); return later(() => { throw new Error('from a timer'); }); } },
} satisfies Readonly<Record<string, Misdeed>>;

export type MisdeedName = keyof typeof MISDEEDS;
