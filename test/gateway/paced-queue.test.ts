import { expect } from 'chai';
import { PacedQueue } from '../../transport/paced-queue.js';

/** Computes for that long. */
const compute = (ms: number): void => {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
};
const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a paced queue', () => {
  it('does its work in the order of arrival', async () => {
    const queue = new PacedQueue();
    const done: number[] = [];
    await new Promise<void>((resolve) => {
      for (let n = 0; n < 100; n++) queue.add(() => void done.push(n));
      queue.add(resolve);
    });
    expect(done).to.deep.equal(Array.from({ length: 100 }, (_, n) => n));
  });

  it('lets the loop come round, and rests, between pieces that take long', async () => {
    const queue = new PacedQueue();
    let turns = 0;
    let isOver = false;
    const spent: number[] = [];
    const startMs = performance.now();
    for (let n = 0; n < 5; n++) {
      queue.add(() => {
        spent.push(turns);
        compute(5);
      });
    }
    queue.add(() => void (isOver = true));
    for (; !isOver; turns++) await turnOfTheLoop();
    expect(new Set(spent).size, 'turns of the loop that had a piece').to.equal(5);
    expect(performance.now() - startMs, 'five pieces of 5 ms, with rests of twice that, rounded').to.be.at.least(5 * (5 * 3 - 2));
  });

  it('rests after a piece also when nothing else waited', async () => {
    const queue = new PacedQueue();
    await new Promise<void>((resolve) => queue.add(() => {
      compute(5);
      resolve();
    }));
    const endedMs = performance.now();
    await new Promise<void>((resolve) => queue.add(resolve));
    expect(performance.now() - endedMs).to.be.at.least(8);
  });

  it('takes no more than may wait, and again when there is room', async () => {
    const queue = new PacedQueue(2);
    const worked = new Promise<void>((resolve) => {
      expect(queue.add(() => undefined)).to.equal(true);
      expect(queue.add(resolve)).to.equal(true);
    });
    expect(queue.add(() => expect.fail('this was refused'))).to.equal(false);
    await worked;
    expect(queue.add(() => undefined)).to.equal(true);
  });

  it('does at once what waits when it is flushed', () => {
    const queue = new PacedQueue();
    let done = 0;
    for (let n = 0; n < 3; n++) queue.add(() => void done++);
    queue.flush();
    expect(done).to.equal(3);
    expect(queue.length).to.equal(0);
  });
});
