import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Clock } from '../../protocol/ports/index.js';
import { DeployLock } from '../../silo/reload/deploy-lock.js';
import { RecordingLogger } from '../support/memory-silo.js';

/** Time goes by when it is told to; one timer is enough. */
class StepClock implements Clock {
  private nowMs = 0;
  private next: { readonly callback: () => void; readonly atMs: number } | undefined;
  private readonly startedMs = Date.now();

  now(): number { return this.startedMs + this.nowMs; }
  monotonicMs(): number { return this.nowMs; }
  setTimer(callback: () => void, delayMs: number) {
    const timer = { callback, atMs: this.nowMs + delayMs };
    this.next = timer;
    return { cancel: () => { if (this.next === timer) this.next = undefined; } };
  }

  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    while (this.next && this.next.atMs <= endMs) {
      const { callback, atMs } = this.next;
      this.nowMs = atMs;
      this.next = undefined;
      callback();
    }
    this.nowMs = endMs;
  }
}

describe('the lock of a deployment', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'troupe-lock-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  const stage = () => {
    const clock = new StepClock();
    const log = new RecordingLogger();
    const path = join(folder, 'lock');
    const lines = (level: string): number => log.lines.filter((line) => line.level === level).length;
    return { clock, path, lines, lock: new DeployLock(path, clock, log) };
  };

  it('holds back who asks while its file is there, and calls each back once when it is gone', () => {
    const { clock, path, lock } = stage();
    let called = 0;
    const start = (): void => void called++;
    expect(lock.holdsBack(start)).to.equal(false);
    writeFileSync(path, '');
    expect([lock.holdsBack(start), lock.holdsBack(start)]).to.deep.equal([true, true]);
    clock.pass(1000);
    expect(called).to.equal(0);
    rmSync(path);
    clock.pass(100);
    clock.pass(1000);
    expect([called, lock.holdsBack(start)]).to.deep.equal([1, false]);
  });

  it('says once that it waits; when the lock is older than 10 minutes it says so each minute, and waits on', () => {
    const { clock, path, lines, lock } = stage();
    writeFileSync(path, 'pid 1');
    lock.holdsBack(() => undefined);
    clock.pass(300_000);
    expect([lines('info'), lines('error')]).to.deep.equal([1, 0]);
    utimesSync(path, new Date(clock.now() - 700_000), new Date(clock.now() - 700_000));
    clock.pass(60_200);
    expect(lines('error')).to.be.within(1, 2);
    const before = lines('error');
    clock.pass(60_200);
    expect([lines('error') - before, lock.isHeld]).to.deep.equal([1, true]);
    lock.stop();
  });

  it('holds nobody once the silo stops', () => {
    const { path, lock } = stage();
    let called = 0;
    writeFileSync(path, '');
    lock.holdsBack(() => void called++);
    lock.stop();
    expect([called, lock.isHeld]).to.deep.equal([1, false]);
  });
});
