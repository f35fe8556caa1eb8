import { expect } from 'chai';
import { StuckWatch } from '../../events/bull/stuck-watch.js';
import { BullConsumer } from '../../events/bull/bull-consumer.js';
import { BullLink } from '../../events/bull/bull-link.js';
import type { PartitionWorker } from '../../events/bull/partition-worker.js';
import { HandlingTurns } from '../../events/handling-turns.js';
import { BullDeliveryQueues } from '../../events/bull/bull-delivery-queues.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { silentLog } from '../isolation/silent-log.js';
import { FakeClock } from '../state/fake-clock.js';
import { phase } from '../state/phase.js';
import { RedisBench } from '../state/redis-bench.js';
import { addAll, named, text } from './contract/queue-bench.js';

describe('StuckWatch', () => {
  const watched = (queue: { backlog: number; progress: number | undefined }) => {
    const clock = new FakeClock();
    const state = { restarts: 0 };
    const watch = new StuckWatch({ clock, backlog: async () => queue.backlog, progress: () => queue.progress, restart: () => void state.restarts++ });
    watch.start();
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 500) {
        clock.advance(500);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    return { watch, state, pass, clock };
  };

  it('has a worker replaced that takes nothing for 10 s of what is stored, and again after 10 s more', async () => {
    const { state, pass } = watched({ backlog: 3, progress: 7 });
    await pass(10_000);
    expect(state.restarts).to.equal(0);
    await pass(3000);
    expect(state.restarts).to.equal(1);
    await pass(15_000);
    expect(state.restarts).to.equal(2);
  });

  it('suspects no worker that has nothing to take, that takes something now and then, or that has a batch', async () => {
    const quiet = watched({ backlog: 0, progress: 7 });
    const busy = watched({ backlog: 3, progress: undefined });
    const queue = { backlog: 3, progress: 0 };
    const slow = watched(queue);
    for (let round = 0; round < 10; round++) {
      queue.progress += 1;
      for (const { pass } of [quiet, busy, slow]) await pass(7000);
    }
    expect([quiet, busy, slow].map(({ state }) => state.restarts)).to.deep.equal([0, 0, 0]);
  });

  it('leaves no timer behind when it is stopped', async () => {
    const { watch, clock, pass } = watched({ backlog: 3, progress: 7 });
    await pass(3000);
    watch.stop();
    await pass(20_000);
    expect(clock.armed).to.equal(0);
  });

  it('lets the consumer go on with another worker', async () => {
    const redis = await RedisBench.open();
    const clock = new FakeClock();
    const options = { source: redis.url, cluster: redis.cluster, clock: new SystemClock(), log: silentLog };
    const [link, queues] = [await BullLink.open(options), await BullDeliveryQueues.open(options)];
    const seen: string[] = [];
    const ended: string[] = [];
    const stuck = { close: async () => void ended.push('close'), abandon: async () => void ended.push('abandon') } as unknown as PartitionWorker;
    const workers = [stuck];
    const consumer = new BullConsumer({
      partition: 1, clock, log: silentLog, handler: { handle: async ([batch]) => void seen.push(text(batch!)), atMost: 1 }, turns: new HandlingTurns(), waiting: async () => [],
      prepare: () => link.queue(1), backlog: () => queues.depth(1), makeWorker: (process) => workers.pop() ?? link.worker(1, process),
    });
    try {
      await addAll(queues, 1, named(3));
      consumer.start();
      await phase('all are handled', async () => {
        clock.advance(100);
        return (await queues.depth(1)) === 0;
      });
      expect([seen, ended]).to.deep.equal([named(3), ['close', 'abandon']]);
    } finally {
      await consumer.stop();
      await queues.stop();
      link.close();
      await redis.dispose();
    }
  });
});
