import { expect } from 'chai';
import { addAll, bytes, named, TestConsumer, type QueueBench } from './queue-bench.js';

const SOON_MS = 120;

/** Batches that are due later. */
export function delays(bench: QueueBench): void {
  it('hands a delayed batch over when it is due and not before, and others meanwhile', async () => {
    const queues = await bench.silo();
    const at: number[] = [];
    queues.consume(6, async () => void at.push(bench.time.now()));
    const dueMs = bench.time.now() + SOON_MS;
    await queues.addDelayed(6, 'later', bytes('later'), dueMs);
    expect(await queues.depth(6), 'not due').to.equal(0);
    await queues.add(6, bytes('now'));
    await bench.reached('both are handled', () => at.length === 2);
    expect(at[0]).to.be.below(dueMs);
    expect(at[1]).to.be.within(dueMs, dueMs + 2000);
  });

  it('hands over at once what is due already', async () => {
    const queues = await bench.silo();
    const consumer = new TestConsumer(queues, 6);
    await queues.addDelayed(6, 'past', bytes('past'), bench.time.now() - 1000);
    await bench.reached('it is handled', async () => consumer.seen.length === 1 && (await queues.depth(6)) === 0);
  });

  it('stores one of several with the same id until it is handled, and then takes the id again', async () => {
    const queues = await bench.silo();
    const consumer = new TestConsumer(queues, 6);
    const dueMs = bench.time.now() + SOON_MS;
    await queues.addDelayed(6, 'id', bytes('first'), dueMs);
    await queues.addDelayed(6, 'id', bytes('second'), dueMs);
    await queues.addDelayed(6, 'id', bytes('third'), dueMs - SOON_MS);
    await bench.reached('one is handled', () => consumer.seen.length > 0);
    await bench.reached('and gone', async () => {
      await queues.addDelayed(6, 'id', bytes('again'), bench.time.now());
      return consumer.seen.length > 1;
    });
    expect(consumer.seen.slice(0, 2)).to.deep.equal(['first', 'again']);
  });

  it('takes any text as an id, each partition its own', async () => {
    const queues = await bench.silo();
    const ids = ['12', 'a:b:c', 'wait', '', ' ', '{x}', 'ä'.repeat(300), `${'ä'.repeat(300)}!`, 'player/p1#Health'];
    const consumers = [8, 9].map((partition) => new TestConsumer(queues, partition));
    const dueMs = bench.time.now() + SOON_MS;
    for (const id of ids) for (const partition of [8, 9]) await queues.addDelayed(partition, id, bytes(id), dueMs);
    await bench.reached('all are handled', () => consumers.every(({ seen }) => seen.length === ids.length));
    for (const { seen } of consumers) expect([...seen].sort()).to.deep.equal([...ids].sort());
  });

  it('hands a batch that came due without a consumer to the next one, behind those that were stored before', async () => {
    const [a, b] = [await bench.silo(), await bench.silo()];
    const first = new TestConsumer(a, 6);
    await a.addDelayed(6, 'id', bytes('delayed'), bench.time.now() + SOON_MS);
    await first.stop();
    await a.stop();
    await addAll(b, 6, named(2));
    const dueMs = bench.time.now() + SOON_MS;
    await bench.reached('it is due', () => bench.time.now() > dueMs);
    const next = new TestConsumer(b, 6);
    await bench.reached('all are handled', () => next.seen.length === 3);
    expect(next.seen).to.deep.equal(['batch 0', 'batch 1', 'delayed']);
  });

  it('takes an instant years ahead', async () => {
    const queues = await bench.silo();
    const consumer = new TestConsumer(queues, 6);
    await queues.addDelayed(6, 'id', bytes('far'), bench.time.now() + 10 * 365 * 24 * 3_600_000);
    await queues.add(6, bytes('now'));
    await bench.reached('the other is handled', async () => consumer.seen.length > 0 && (await queues.depth(6)) === 0);
    expect(consumer.seen).to.deep.equal(['now']);
  });
}
