// The way to Redis breaks: nothing that was stored is lost, and first comings stay in order. Duplicates are allowed (Q2).
import { expect } from 'chai';
import { BullDeliveryQueues } from '../../events/bull/bull-delivery-queues.js';
import { LinkLostError } from '../../protocol/errors/index.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { silentLog } from '../isolation/silent-log.js';
import { phase } from '../state/phase.js';
import { RedisBench } from '../state/redis-bench.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { addAll, bytes, named, TestConsumer } from './contract/queue-bench.js';

describe('BullDeliveryQueues when the connection fails', () => {
  let redis: RedisBench;
  let proxy: TcpProxy;
  /** By way of the proxy. */
  let queues: BullDeliveryQueues;
  /** Past it. */
  let others: BullDeliveryQueues;

  beforeEach(async () => {
    redis = await RedisBench.open();
    proxy = await TcpProxy.start(redis.url);
    const open = (source: string) => BullDeliveryQueues.open({ source, cluster: redis.cluster, clock: new SystemClock(), log: silentLog });
    [queues, others] = [await open(proxy.url), await open(redis.url)];
  });
  afterEach(async () => {
    proxy.release();
    await Promise.all([queues.stop(), others.stop()]);
    await proxy.stop();
    await redis.dispose();
  });

  const firstComings = (seen: readonly string[]): readonly string[] => [...new Set(seen)];

  it('stores a batch once when the reply of its `add` is lost before anybody took it', async () => {
    await addAll(queues, 1, ['warm']);
    proxy.holdReplies();
    const adding = queues.add(1, bytes('kept'));
    await proxy.phase('Redis has answered', ({ heldReplyBytes }) => heldReplyBytes > 0);
    proxy.cut();
    await adding;
    expect(await others.depth(1)).to.equal(2);
    const consumer = new TestConsumer(others, 1);
    await phase('both are handled', async () => (await others.depth(1)) === 0);
    expect(consumer.seen).to.deep.equal(['warm', 'kept']);
  });

  it('loses no batch when replies of `add` are lost while another silo consumes', async () => {
    const consumer = new TestConsumer(others, 1);
    await addAll(queues, 1, ['warm']);
    for (const each of named(20)) {
      proxy.holdReplies();
      const adding = queues.add(1, bytes(each));
      await proxy.phase('Redis has answered', ({ heldReplyBytes }) => heldReplyBytes > 0);
      proxy.cut();
      await adding;
    }
    await phase('all are handled', async () => (await others.depth(1)) === 0);
    expect(firstComings(consumer.seen)).to.deep.equal(['warm', ...named(20)]);
  });

  it('settles every `add` though the connection breaks again and again before it is ready', async () => {
    await addAll(queues, 1, ['warm']);
    proxy.stall();
    const adding = Promise.all(named(10).map((each) => queues.add(1, bytes(each))));
    await proxy.phase('they were sent', ({ heldRequestBytes }) => heldRequestBytes > 0);
    proxy.stallAll();
    for (let round = 0; round < 3; round++) {
      proxy.cut();
      await proxy.phase('it connects again', ({ heldRequestBytes }) => heldRequestBytes > 0);
    }
    proxy.cut();
    proxy.release();
    await adding;
    const consumer = new TestConsumer(others, 1);
    await phase('all are handled', async () => (await others.depth(1)) === 0);
    expect([...firstComings(consumer.seen)].sort()).to.deep.equal(['warm', ...named(10)].sort());
  });

  it('rejects an `add` of unknown outcome when the silo stops while Redis is away', async () => {
    await addAll(queues, 1, ['warm']);
    proxy.stall();
    const adding = queues.add(1, bytes('perhaps')).then(() => 'stored', (error: unknown) => error);
    await proxy.phase('it was sent', ({ heldRequestBytes }) => heldRequestBytes > 0);
    proxy.refuse();
    const later = queues.add(1, bytes('never')).then(() => 'stored', (error: unknown) => error);
    await queues.stop();
    for (const outcome of [await adding, await later]) expect(outcome).to.be.instanceOf(LinkLostError);
    expect(await others.depth(1)).to.equal(1);
  });

  it('hands every batch over, in order of first comings, while the connections of its consumer are cut', async function () {
    this.timeout(60_000);
    const consumer = new TestConsumer(queues, 1);
    await addAll(others, 1, ['warm']);
    for (let round = 0; round < 4; round++) {
      await addAll(others, 1, named(10, `round ${round}`));
      await proxy.phase('it is connected, also where it waits', ({ connections }) => connections >= 2);
      proxy.cut();
    }
    const wanted = ['warm', ...Array.from({ length: 4 }, (_, round) => named(10, `round ${round}`)).flat()];
    const startMs = performance.now(); // An answer that was lost with a batch costs a lock.
    while ((await others.depth(1)) > 0 && performance.now() - startMs < 20_000) await new Promise((resolve) => setImmediate(resolve));
    expect(firstComings(consumer.seen)).to.deep.equal(wanted);
    expect(consumer.mostAtOnce).to.equal(1);
  });

  it('stops within its limit while Redis is away, and leaves what it had to others', async function () {
    this.timeout(60_000);
    const consumer = new TestConsumer(queues, 1, { isHolding: true });
    await addAll(others, 1, named(2));
    await phase('it runs', () => consumer.running === 1);
    proxy.refuse();
    consumer.release();
    const startMs = performance.now();
    await queues.stop();
    expect(performance.now() - startMs).to.be.below(5000);
    const next = new TestConsumer(others, 1);
    while ((await others.depth(1)) > 0 && performance.now() - startMs < 15_000) await new Promise((resolve) => setImmediate(resolve));
    expect([next.seen, consumer.seen]).to.deep.equal([named(2), ['batch 0']]);
  });
});
