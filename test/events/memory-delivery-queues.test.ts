import { expect } from 'chai';
import { MemoryDeliveryQueues, MemoryQueues } from '../../events/memory-delivery-queues.js';
import { deliveryQueuesContract } from '../contracts/delivery-queues.contract.js';
import { FakeClock } from '../state/fake-clock.js';
import { phase } from '../state/phase.js';
import { addAll, named, TestConsumer } from './contract/queue-bench.js';

deliveryQueuesContract('memory', async () => {
  const clock = new FakeClock();
  const queues = new MemoryQueues();
  return { open: async () => new MemoryDeliveryQueues(queues, { clock }), now: () => clock.now(), pass: (ms) => clock.advance(ms), dispose: () => Promise.resolve() };
});

describe('MemoryDeliveryQueues', () => {
  it('hands what a dead silo had to another, first, and does not hear of the dead one any more', async () => {
    const clock = new FakeClock();
    const queues = new MemoryQueues();
    const [a, b] = [new MemoryDeliveryQueues(queues, { clock }), new MemoryDeliveryQueues(queues, { clock })];
    const dead = new TestConsumer(a, 1, { isHolding: true });
    await addAll(a, 1, named(3));
    await phase('it runs', () => dead.running === 1);
    a.die();
    const next = new TestConsumer(b, 1, { isHolding: true });
    await phase('it came again', () => next.running === 1);
    dead.release();
    await phase('the zombie has ended', () => dead.running === 0);
    expect([next.seen, next.running, await b.depth(1)]).to.deep.equal([['batch 0'], 1, 3]);
    for (const count of [2, 3]) {
      next.release();
      await phase(`${count} came`, () => next.seen.length === count);
    }
    next.release();
    await phase('all are handled', async () => (await b.depth(1)) === 0);
    expect([dead.seen, next.seen, next.mostAtOnce]).to.deep.equal([['batch 0'], named(3), 1]);
  });
});
