// What every DeliveryQueues promises (protocol/ports/delivery-queue.ts). Run on BullMQ and in memory.
import { QueueBench, type QueuesUnderTest } from '../events/contract/queue-bench.js';
import { consuming } from '../events/contract/consuming.js';
import { delays } from '../events/contract/delays.js';
import { failing } from '../events/contract/failing.js';
import { stopping } from '../events/contract/stopping.js';
import { together } from '../events/contract/together.js';

/** Runs the whole suite; `makeQueues` opens empty queues for each test. */
export function deliveryQueuesContract(name: string, makeQueues: () => Promise<QueuesUnderTest>): void {
  describe(`DeliveryQueues: ${name}`, () => {
    const bench = new QueueBench();
    beforeEach(async () => bench.open(await makeQueues()));
    afterEach(() => bench.close());

    consuming(bench);
    failing(bench);
    stopping(bench);
    delays(bench);
    together(bench);
  });
}
