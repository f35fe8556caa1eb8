import { expect } from 'chai';
import { addAll, bytes, named, text, TestConsumer, type QueueBench } from './queue-bench.js';

/** Handlers that reject: Q1, Q2. */
export function failing(bench: QueueBench): void {
  it('hands a batch over again until it is handled, and no later one before', async () => {
    const queues = await bench.silo();
    let left = 3;
    const consumer = new TestConsumer(queues, 2, { fail: (batch) => batch === 'batch 1' && left-- > 0 });
    await addAll(queues, 2, named(3));
    await bench.reached('all are handled', async () => (await queues.depth(2)) === 0);
    expect(consumer.seen).to.deep.equal(['batch 0', 'batch 1', 'batch 1', 'batch 1', 'batch 1', 'batch 2']);
  });

  it('takes a handler that throws before it returns a promise as one that rejects', async () => {
    const queues = await bench.silo();
    const seen: string[] = [];
    queues.consume(2, (batch) => {
      seen.push(text(batch));
      if (seen.length === 1) throw new Error('at once');
      return Promise.resolve();
    });
    await addAll(queues, 2, named(2));
    await bench.reached('both are handled', async () => (await queues.depth(2)) === 0);
    expect(seen).to.deep.equal(['batch 0', 'batch 0', 'batch 1']);
  });

  it('keeps a batch that fails at the head for the next consumer when this one is stopped', async () => {
    const [a, b] = [await bench.silo(), await bench.silo()];
    const failing = new TestConsumer(a, 2, { fail: () => true });
    await addAll(a, 2, named(3));
    await bench.reached('it has failed', () => failing.seen.length > 1);
    await failing.stop();
    expect(await b.depth(2)).to.equal(3);
    const good = new TestConsumer(b, 2);
    await bench.reached('all are handled', async () => (await b.depth(2)) === 0);
    expect(new Set(failing.seen)).to.deep.equal(new Set(['batch 0']));
    expect(good.seen).to.deep.equal(named(3));
  });

  it('lets another partition of the silo go on meanwhile', async () => {
    const queues = await bench.silo();
    const failing = new TestConsumer(queues, 1, { fail: () => true });
    const good = new TestConsumer(queues, 2);
    await queues.add(1, bytes('never'));
    await bench.reached('it has failed', () => failing.seen.length > 0);
    await addAll(queues, 2, named(3));
    await bench.reached('the others are handled', () => good.seen.length === 3);
    await failing.stop();
  });
}
