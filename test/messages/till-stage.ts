// One silo with tills, on a clock of the test's own, whose replies of `put` can be lost.
import type { Envelope, Invoker } from '../../protocol/envelope.js';
import { LinkLostError } from '../../protocol/errors/index.js';
import type { Handle } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryMessageRecords } from '../../state/memory-message-records.js';
import { memorySilo, type TestSilo } from '../support/memory-silo.js';
import { Payer, resetWorld, Till, world } from './fixtures/till.fixture.js';

export const TILL = { type: 'till', key: 'till' };

export class TillStage {
  readonly clock = new VirtualClock();
  readonly records = new MemoryMessageRecords(this.clock);
  readonly silo: TestSilo;
  /** How many replies of `put` are lost on their way. */
  lost = 0;

  constructor(classes: readonly object[] = []) {
    resetWorld();
    const losing = (next: Invoker): Invoker => ({
      invoke: async (envelope: Envelope) => {
        const value = await next.invoke(envelope);
        if (envelope.method !== 'put' || this.lost-- <= 0) return value;
        throw new LinkLostError('the reply was lost');
      },
    });
    this.silo = memorySilo([Till, Payer, ...classes], { clock: this.clock, records: this.records, random: () => 0.5, intercept: losing });
  }

  till(key = 'till'): Handle<Till> {
    return this.silo.actor(Till, key);
  }

  durable(): Handle<Till> {
    return this.till().with({ durable: true });
  }

  payer(): Handle<Payer> {
    return this.silo.actor(Payer, 'payer');
  }

  /** The outbox of the silo. */
  stored(): ReturnType<TestSilo['store']['outbox']> {
    return this.silo.store.outbox({ type: '@silo', key: this.silo.membership.incarnation }, 100);
  }

  /** The records of the till. */
  kept(): ReturnType<TestSilo['store']['operations']> {
    return this.silo.store.operations(TILL);
  }

  /** The sum of a till, and how often something was put into it. */
  count(key = 'till'): Promise<readonly [sum: number, puts: number]> {
    return this.clock.until(this.till(key).count());
  }

  async stop(): Promise<void> {
    for (const held of [world.hold, world.after]) held?.open();
    await this.clock.until(this.silo.runtime.stop(), '1s');
  }
}
