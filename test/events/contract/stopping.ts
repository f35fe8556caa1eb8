import { expect } from 'chai';
import { LinkLostError } from '../../../protocol/errors/index.js';
import { addAll, bytes, named, TestConsumer, type QueueBench } from './queue-bench.js';

/** Stopping consumers and silos. */
export function stopping(bench: QueueBench): void {
  it('stops a consumer when its running batch is done; the rest go to the next in order, none twice', async () => {
    const [a, b] = [await bench.silo(), await bench.silo()];
    const first = new TestConsumer(a, 4, { isHolding: true });
    await addAll(a, 4, named(4));
    await bench.reached('the first runs', () => first.running === 1);
    let isStopped = false;
    const stopping = first.stop().then(() => (isStopped = true));
    const second = new TestConsumer(b, 4);
    for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve));
    expect({ isStopped, second: second.seen }).to.deep.equal({ isStopped: false, second: [] });
    first.release();
    await stopping;
    await bench.reached('all are handled', async () => (await b.depth(4)) === 0);
    expect([first.seen, second.seen]).to.deep.equal([['batch 0'], ['batch 1', 'batch 2', 'batch 3']]);
  });

  it('takes nothing any more after a consumer was stopped, and can be told twice', async () => {
    const queues = await bench.silo();
    const consumer = new TestConsumer(queues, 4);
    await Promise.all([consumer.stop(), consumer.stop()]);
    await consumer.stop();
    await addAll(queues, 4, named(2));
    const next = new TestConsumer(queues, 4);
    await bench.reached('all are handled', async () => (await queues.depth(4)) === 0);
    expect([consumer.seen, next.seen]).to.deep.equal([[], named(2)]);
  });

  it('keeps the batches when a silo stops, for consumers elsewhere', async () => {
    const [a, b] = [await bench.silo(), await bench.silo()];
    const consumer = new TestConsumer(a, 4, { isHolding: true });
    await addAll(a, 4, named(3));
    await bench.reached('the first runs', () => consumer.running === 1);
    const stopping = a.stop();
    consumer.release();
    await stopping;
    await a.stop();
    const next = new TestConsumer(b, 4);
    await bench.reached('all are handled', async () => (await b.depth(4)) === 0);
    expect([consumer.seen, next.seen]).to.deep.equal([['batch 0'], ['batch 1', 'batch 2']]);
  });

  it('refuses what a stopped silo adds', async () => {
    const queues = await bench.silo();
    await queues.stop();
    for (const adding of [queues.add(1, bytes('x')), queues.addDelayed(1, 'id', bytes('x'), 0)]) {
      expect(await adding.then(() => 'stored', (error: unknown) => error)).to.be.instanceOf(LinkLostError);
    }
  });
}
