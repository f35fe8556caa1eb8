import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { MemoryWatch, type MemoryReader } from '../../isolation/memory-watch.js';
import { ProcessMemory } from '../../isolation/process-memory.js';
import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';

const MB = 2 ** 20;

class FakeMemory implements MemoryReader {
  process = 500 * MB;
  looks = 0;
  asked = 0;
  readonly threads = new Map<number, number>();

  resident(): number {
    this.looks++;
    return this.process;
  }

  touched(threadId: number): number | undefined {
    this.asked++;
    return this.threads.get(threadId);
  }

  /** The thread takes it, and the process grows by it. */
  take(threadId: number, bytes: number): void {
    this.process += bytes;
    this.threads.set(threadId, (this.threads.get(threadId) ?? 0) + bytes);
  }
}

/** Its one timer rings when it is told to, however late. */
class StallingClock implements Clock {
  private elapsedMs = 0;
  private waiting: (() => void) | undefined;

  now(): number {
    return this.elapsedMs;
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }

  setTimer(callback: () => void): TimerHandle {
    this.waiting = callback;
    return { cancel: () => (this.waiting = undefined) };
  }

  ring(afterMs: number): void {
    this.elapsedMs += afterMs;
    this.waiting?.();
  }
}

describe('the memory watch', () => {
  let memory: FakeMemory;
  let clock: VirtualClock;
  let watch: MemoryWatch;
  let overflows: [thread: number, taken: number][];
  const watched = (threadId: number, limit = 100 * MB) => watch.watch(threadId, limit, (taken) => overflows.push([threadId, taken / MB]));
  beforeEach(() => {
    memory = new FakeMemory();
    memory.threads.set(1, 0).set(2, 0);
    clock = new VirtualClock();
    watch = new MemoryWatch(clock, memory, 25);
    overflows = [];
  });
  /** The first look tells what was heard before the work, the second one takes the thread's own measure. */
  const settle = (): Promise<void> => clock.advance('50ms');

  it('says once how much a thread has taken beyond its limit while it was not heard of', async () => {
    watched(1).setBusy(true);
    await settle();
    memory.take(1, 100 * MB);
    await clock.advance('1s');
    expect(overflows).to.deep.equal([]);
    memory.take(1, MB);
    await clock.advance('25ms');
    memory.take(1, 500 * MB);
    await clock.advance('1s');
    expect(overflows).to.deep.equal([[1, 101]]);
  });

  it('asks for the part of a thread only when a look has passed without a word from it', async () => {
    const thread = watched(1);
    for (let look = 0; look < 20; look++) {
      thread.setBusy(true);
      thread.heard();
      await clock.advance('25ms');
    }
    expect(memory.asked).to.equal(0);
    await clock.advance('50ms');
    expect(memory.asked).to.equal(1);
  });

  it('begins anew whenever the thread is heard of', async () => {
    const thread = watched(1);
    thread.setBusy(true);
    for (let turn = 0; turn < 10; turn++) {
      await clock.advance('50ms');
      memory.take(1, 60 * MB);
      thread.heard();
    }
    await clock.advance('50ms');
    expect(overflows).to.deep.equal([]);
  });

  it('does not blame a blocked thread for what another one takes', async () => {
    watched(1).setBusy(true);
    watched(2).setBusy(true);
    await settle();
    memory.take(2, 300 * MB);
    await clock.advance('1s');
    expect(overflows).to.deep.equal([[2, 300]]);
  });

  it('ends one thread for one growth, the one that touched most', async () => {
    watched(1).setBusy(true);
    watched(2).setBusy(true);
    await settle();
    memory.take(1, 200 * MB);
    memory.take(2, 300 * MB);
    memory.process -= 200 * MB;
    await clock.advance('1s');
    expect(overflows).to.deep.equal([[2, 300]]);
    memory.take(1, 101 * MB);
    await clock.advance('25ms');
    expect(overflows).to.deep.equal([[2, 300], [1, 101]]);
  });

  it('does not blame a thread that touches much and gives it back', async () => {
    watched(1).setBusy(true);
    await settle();
    for (let round = 0; round < 20; round++) {
      memory.take(1, 50 * MB);
      await clock.advance('25ms');
      memory.process -= 50 * MB;
    }
    expect(overflows).to.deep.equal([]);
  });

  it('counts the growth of the process where no thread can be told from another', async () => {
    watch.watch(undefined, 100 * MB, (taken) => overflows.push([0, taken / MB])).setBusy(true);
    await settle();
    memory.take(1, 150 * MB);
    await clock.advance('25ms');
    expect(overflows).to.deep.equal([[0, 150]]);
  });

  it('judges nobody in the first look after the silo itself stood still, but in the next', () => {
    const stalling = new StallingClock();
    const late = new MemoryWatch(stalling, memory, 25);
    const [quiet, talking] = [1, 2].map((id) => late.watch(id, 100 * MB, (taken) => overflows.push([id, taken / MB])));
    quiet!.setBusy(true);
    talking!.setBusy(true);
    for (let look = 0; look < 2; look++) stalling.ring(25);
    memory.take(1, 150 * MB);
    memory.take(2, 160 * MB);
    stalling.ring(2000);
    expect(overflows).to.deep.equal([]);
    talking!.heard();
    stalling.ring(25);
    expect(overflows).to.deep.equal([[1, 150]]);
  });

  it('judges in every other look at least where the silo stands still again and again', () => {
    const stalling = new StallingClock();
    const late = new MemoryWatch(stalling, memory, 25);
    late.watch(1, 100 * MB, (taken) => overflows.push([1, taken / MB])).setBusy(true);
    for (let look = 0; look < 3; look++) stalling.ring(500);
    memory.take(1, 150 * MB);
    for (let look = 0; look < 2; look++) stalling.ring(500);
    expect(overflows).to.deep.equal([[1, 150]]);
  });

  it('looks at nothing while no thread has work, and at none that is gone', async () => {
    const [first, second] = [watched(1), watched(2)];
    first.setBusy(true);
    second.setBusy(true);
    await settle();
    first.setBusy(false);
    second.unwatch();
    const { looks } = memory;
    memory.take(1, 500 * MB);
    memory.take(2, 500 * MB);
    await clock.advance('10s');
    expect(memory.looks).to.equal(looks);
    expect(overflows).to.deep.equal([]);
  });

  it('notices a real thread that grows in one stretch, and leaves the one beside it that blocks with garbage only', async () => {
    const real = new MemoryWatch(new SystemClock(), new ProcessMemory());
    const start = async (): Promise<{ thread: Worker; id: number | undefined }> => {
      const thread = new Worker(new URL('./growing-thread.js', import.meta.url), { env: {}, resourceLimits: { maxOldGenerationSizeMb: 1200 } });
      const [id] = (await once(thread, 'message')) as [number | undefined];
      return { thread, id };
    };
    const [grower, churner] = [await start(), await start()];
    try {
      const innocent: string[] = [];
      real.watch(churner.id, 100 * MB, () => innocent.push('churner')).setBusy(true);
      const overflow = new Promise<number>((resolve) => real.watch(grower.id, 100 * MB, resolve).setBusy(true));
      churner.thread.postMessage('churn');
      grower.thread.postMessage('grow');
      expect(await overflow).to.be.within(100 * MB, 1200 * MB);
      // Elsewhere one cannot be told from the other.
      if (churner.id !== undefined) expect(innocent).to.deep.equal([]);
    } finally {
      real.stop();
      await Promise.all([grower.thread.terminate(), churner.thread.terminate()]);
    }
  });
});
