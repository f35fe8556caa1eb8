// Batches of messages that meet an activation which ends before it has taken them.
import { expect } from 'chai';
import { Actor, ReadOnly, State } from '../../sdk/index.js';
import type { Delivery } from '../../protocol/delivery.js';
import { DELIVER } from '../../silo/activation/system-methods.js';
import { failure } from '../support/memory-silo.js';
import { MemoryCluster, type MemoryClusterSilo } from './memory-cluster.js';

@Actor({ name: 'addressee' })
class Addressee {
  @State() taken: number[] = [];
  take(n: number): void {
    this.taken.push(n);
  }
  @ReadOnly() all(): readonly number[] {
    return this.taken;
  }
}

@Actor({ name: 'sleeper' })
class Sleeper {
  protected onActivate(): void {
    throw new Error('cannot wake');
  }
}

/** As the consumer of a partition on `silo` hands them over. */
function deliver({ runtime, membership }: MemoryClusterSilo, type: string, count: number): Promise<unknown> {
  const deliveries = Array.from({ length: count }, (_, n): Delivery => ({
    sender: { type: 'sender', key: 's' }, sequence: n + 1, low: 1, listener: { type, key: 'a' }, ordinal: 0, total: 1,
    payload: runtime.codec.encode({ kind: 'tell', method: 'take', args: [n] }, 'args'),
  }));
  return runtime.caller.call({ type, key: 'a' }, DELIVER, [deliveries, false, membership.incarnation], {}, 'call');
}

describe('messages that are delivered to an actor', () => {
  it('which another silo wakes first are with that one at once, each once and in order', async () => {
    const cluster = await MemoryCluster.of(2, [Addressee]);
    const [s0, s1] = cluster.silos;
    const claim = cluster.store.claim.bind(cluster.store);
    cluster.store.claim = async (request) => {
      cluster.store.claim = claim;
      // Nobody has it when this silo asks; it is late.
      await s1!.actor(Addressee, 'a').all();
      return claim(request);
    };
    await cluster.until(deliver(s0!, 'addressee', 3));
    expect(cluster.carried).to.deep.equal([`s0>s1 ${DELIVER}`]);
    expect(await s1!.actor(Addressee, 'a').all()).to.deep.equal([0, 1, 2]);
    await cluster.stop();
  });

  it('whose own code keeps it from waking are given back at once: they wait in its inbox', async () => {
    const cluster = await MemoryCluster.of(2, [Sleeper]);
    const startMs = cluster.clock.monotonicMs();
    expect(await cluster.until(failure(deliver(cluster.silos[0]!, 'sleeper', 1)))).to.include({ code: 'ERR_ACTIVATION_FAILED' });
    expect(cluster.clock.monotonicMs() - startMs).to.be.below(100);
    await cluster.stop();
  });
});
