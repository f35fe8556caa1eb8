// A partition's batch ends (silo/messages/delivered-batch.ts): whatever is in it, and also when nothing is.
import { expect } from 'chai';
import { Actor, ReadOnly, State } from '../../sdk/index.js';
import { encodeDeliveries, type Delivery } from '../../protocol/delivery.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import type { Deliverer } from '../../silo/messages/deliverer.js';
import { memorySilo, type TestSilo } from '../support/memory-silo.js';

@Actor({ name: 'db-list' })
class List {
  @State() entries: string[] = [];
  async add(entry: string): Promise<void> {
    await Promise.resolve();
    this.entries.push(entry);
  }
  @ReadOnly() all(): string[] {
    return this.entries;
  }
}

describe('a batch of messages', () => {
  let clock: VirtualClock;
  let silo: TestSilo;
  beforeEach(() => {
    clock = new VirtualClock();
    silo = memorySilo([List], { clock });
  });
  afterEach(async () => {
    const stopped = silo.runtime.stop();
    await clock.advance(20_000);
    await stopped;
  });
  const deliverer = (): Deliverer => (silo.runtime.messages as unknown as { readonly deliverer: Deliverer }).deliverer;
  const telling = (sequence: number, entry: string): Delivery => ({
    sender: { type: 'db-sender', key: 's' }, sequence, low: 1, listener: { type: 'db-list', key: 'l' }, ordinal: 0, total: 1,
    payload: silo.runtime.codec.encode({ kind: 'tell', method: 'add', args: [entry] }, 'args'),
  });

  it('ends when the same message is in it several times, and runs it once', async () => {
    const batches = [[telling(1, 'a'), telling(2, 'b')], [telling(1, 'a'), telling(2, 'b')], [telling(2, 'b'), telling(3, 'c')]].map((each) => encodeDeliveries(each));
    await clock.until(deliverer().handle(batches), '10ms');
    expect(clock.monotonicMs(), 'nothing waited for a deadline').to.be.lessThan(400);
    expect(await silo.actor(List, 'l').all()).to.deep.equal(['a', 'b', 'c']);
    expect(await silo.store.inbox({ type: 'db-list', key: 'l' }, 10)).to.deep.equal([]);
  });

  it('ends when nothing is in it, as when an actor is only to look into its inbox', async () => {
    await clock.until(deliverer().remind({ type: 'db-list', key: 'l' }), '10ms');
    expect(clock.monotonicMs()).to.be.lessThan(400);
  });
});
