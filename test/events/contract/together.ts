import { expect } from 'chai';
import { addAll, named, text, type QueueBench } from './queue-bench.js';

/** Batches that a handler takes together. */
export function together(bench: QueueBench): void {
  /** 50 batches, all of which are stored while the first is handled; `judge` says whether the others are. */
  const fifty = async (judge: (batches: readonly string[]) => void | Promise<void>) => {
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { queues, taken, consumer } = await taking((batches) => (batches.includes('batch 0') ? held : judge(batches)));
    await addAll(queues, 4, named(50));
    await bench.reached('the first runs', () => taken.length === 1);
    release();
    return { queues, taken, consumer };
  };

  const taking = async (judge: (batches: readonly string[]) => void | Promise<void>) => {
    const queues = await bench.silo();
    const taken: (readonly string[])[] = [];
    const handle = async (batches: readonly Uint8Array[]): Promise<void> => {
      const texts = batches.map(text);
      taken.push(texts);
      await judge(texts);
    };
    return { queues, taken, consumer: queues.consume(4, { handle, atMost: 8 }) };
  };

  it('hands over what waits behind each other, each once and in order, and never more than the handler takes', async () => {
    const { queues, taken } = await fifty(() => undefined);
    await bench.reached('all are handled', async () => (await queues.depth(4)) === 0);
    expect(taken.flat()).to.deep.equal(named(50));
    expect(Math.max(...taken.map(({ length }) => length))).to.be.within(2, 8);
  });

  it('hands over again, and before anything else, what was not handled together', async () => {
    let failed: readonly string[] | undefined;
    const { queues, taken } = await fifty((batches) => {
      if (batches.length === 1 || failed) return;
      failed = batches;
      throw new Error('not this time');
    });
    await bench.reached('all are handled', async () => (await queues.depth(4)) === 0);
    expect(taken[taken.indexOf(failed!) + 1]!.slice(0, failed!.length)).to.deep.equal(failed);
    expect(taken.filter((each) => each !== failed).flat()).to.deep.equal(named(50));
  });

  it('keeps no partition waiting for long behind others whose handlers take long', async () => {
    const queues = await bench.silo();
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const begun: number[] = [];
    for (let partition = 0; partition < 9; partition++) {
      queues.consume(partition, () => (begun.push(partition), partition < 8 ? held : Promise.resolve()));
      await addAll(queues, partition, named(1));
    }
    await bench.reached('the last one is handled', async () => (await queues.depth(8)) === 0);
    expect(await queues.depth(0)).to.equal(1);
    release();
    await bench.reached('the others are handled', async () => (await queues.depth(7)) === 0);
    expect([...begun].sort()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('leaves what was being handled together to the next consumer, in its place, when this one stops', async () => {
    let refuse!: (error: Error) => void;
    const never = new Promise<void>((_, reject) => (refuse = reject));
    const { queues, taken, consumer } = await fifty((batches) => (batches.length > 1 ? never : undefined));
    await bench.reached('some run together', () => (taken.at(-1)?.length ?? 0) > 1);
    const handled = taken.slice(0, -1).flat();
    const stopped = consumer.stop();
    refuse(new Error('it was the end'));
    await stopped;
    const next = await taking(() => undefined);
    await bench.reached('the others are handled', async () => (await queues.depth(4)) === 0);
    expect(next.taken.flat()).to.deep.equal(named(50).slice(handled.length));
  });
}
