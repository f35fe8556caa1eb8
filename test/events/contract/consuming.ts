import { expect } from 'chai';
import { addAll, bytes, named, TestConsumer, type QueueBench } from './queue-bench.js';

/** Storing and handing over. */
export function consuming(bench: QueueBench): void {
  it('hands batches over in the order in which they were added, those from before the consumer too', async () => {
    const queues = await bench.silo();
    await addAll(queues, 3, named(5, 'early'));
    const consumer = new TestConsumer(queues, 3);
    await addAll(queues, 3, named(5, 'late'));
    await bench.reached('all are handled', async () => (await queues.depth(3)) === 0);
    expect(consumer.seen).to.deep.equal([...named(5, 'early'), ...named(5, 'late')]);
  });

  it('keeps the order of batches that one silo adds without waiting', async () => {
    const queues = await bench.silo();
    const consumer = new TestConsumer(queues, 3);
    await Promise.all(named(50).map((each) => queues.add(3, bytes(each))));
    await bench.reached('all are handled', async () => (await queues.depth(3)) === 0);
    expect(consumer.seen).to.deep.equal(named(50));
  });

  it('hands over every byte as it was, also none and very many', async () => {
    const queues = await bench.silo();
    const batches = [new Uint8Array(0), Uint8Array.from({ length: 256 }, (_, at) => at), Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 256), bytes('{"a":1}')];
    const seen: Uint8Array[] = [];
    queues.consume(0, async (batch) => void seen.push(batch));
    for (const batch of batches) await queues.add(0, batch);
    // The part of a larger buffer that the batch is.
    await queues.add(0, bytes('not this, only that part').subarray(10, 19));
    await bench.reached('all are handled', async () => (await queues.depth(0)) === 0);
    expect(seen.map((batch) => Buffer.from(batch).toString('hex'))).to.deep.equal([...batches, bytes('only that')].map((batch) => Buffer.from(batch).toString('hex')));
  });

  it('hands over one batch of a partition at a time, whoever consumes, and each to one consumer', async () => {
    const [a, b] = [await bench.silo(), await bench.silo()];
    const order: string[] = [];
    let running = 0;
    let most = 0;
    for (const queues of [a, b]) {
      queues.consume(7, async (batch) => {
        most = Math.max(most, ++running);
        order.push(new TextDecoder().decode(batch));
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      });
    }
    await addAll(a, 7, named(40));
    await bench.reached('all are handled', async () => (await a.depth(7)) === 0);
    expect(most).to.equal(1);
    expect(order).to.deep.equal(named(40));
  });

  it('does not let a partition wait for another', async () => {
    const queues = await bench.silo();
    const slow = new TestConsumer(queues, 1, { isHolding: true });
    const quick = new TestConsumer(queues, 2);
    await queues.add(1, bytes('slow'));
    await bench.reached('the slow one runs', () => slow.running === 1);
    await addAll(queues, 2, named(5));
    await bench.reached('the others are handled', () => quick.seen.length === 5);
    expect(slow.running).to.equal(1);
    slow.release();
  });

  it('counts what is stored and not handled, the running one included', async () => {
    const queues = await bench.silo();
    expect(await queues.depth(5)).to.equal(0);
    await addAll(queues, 5, named(3));
    expect(await queues.depth(5)).to.equal(3);
    const consumer = new TestConsumer(queues, 5, { isHolding: true });
    await bench.reached('the first runs', () => consumer.running === 1);
    expect(await queues.depth(5)).to.equal(3);
    consumer.release();
    await bench.reached('the second runs', () => consumer.seen.length === 2);
    expect(await queues.depth(5)).to.equal(2);
    consumer.release();
    await bench.reached('the third runs', () => consumer.seen.length === 3);
    consumer.release();
    await bench.reached('none is left', async () => (await queues.depth(5)) === 0);
  });
}
