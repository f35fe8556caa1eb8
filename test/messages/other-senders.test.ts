import { expect } from 'chai';
import { encodeDeliveries } from '../../protocol/delivery.js';
import { Actor, ReadOnly, Service, State, type Handle, type ServiceContext } from '../../sdk/index.js';
import { Deliverer } from '../../silo/messages/deliverer.js';
import { senderOf } from '../../silo/messages/sender-name.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { memorySilo, type TestSilo } from '../support/memory-silo.js';

@Actor({ name: 'ledger' })
class Ledger {
  @State() entries: string[] = [];
  add(entry: string): void {
    this.entries.push(entry);
  }
  @ReadOnly() all(): string[] {
    return this.entries;
  }
}

@Service({ name: 'teller', isolation: 'inline' })
class Teller {
  constructor(private readonly ctx: ServiceContext<Teller>) {}
  async tellAndFail(): Promise<never> {
    await this.ctx.actor(Ledger, 'target').tell.add('from a service');
    throw new RangeError('after telling');
  }
}

describe('messages', () => {
  let clock: VirtualClock;
  let silo: TestSilo;
  const ledger = (key: string): Handle<Ledger> => silo.actor(Ledger, key);
  beforeEach(() => {
    clock = new VirtualClock();
    silo = memorySilo([Ledger, Teller], { clock });
  });
  afterEach(async () => {
    const stopped = silo.runtime.stop();
    await clock.advance('20s');
    await stopped;
  });
  const until = async (key: string, expected: readonly string[]): Promise<void> => {
    await clock.advance('1s');
    expect(await ledger(key).all()).to.deep.equal(expected);
  };

  it('of a service are stored at once, whatever becomes of its turn', async () => {
    const teller = silo.runtime.service(Teller) as Handle<Teller>;
    expect(await teller.tellAndFail().catch((thrown: Error) => thrown.message)).to.equal('after telling');
    await until('target', ['from a service']);
  });

  it('that another silo put into the inbox are handled before what comes by way of a third', async () => {
    await ledger('target').add('before');
    const { messages } = silo.runtime;
    const payload = (entry: string): Uint8Array => silo.runtime.codec.encode({ kind: 'tell', method: 'add', args: [entry] }, 'args');
    const listener = { type: 'ledger', key: 'target' };
    const numbered = (sequence: number, entry: string) => ({ sender: { type: 'ledger', key: 'a' }, sequence, low: 1, listener, ordinal: 0, total: 1, payload: payload(entry) });
    const parked = numbered(1, 'first');
    await silo.store.park(listener, { sender: senderOf(parked), sequence: 1, payload: encodeDeliveries([parked], silo.runtime.codec) });
    const third = new Deliverer(messages, silo.runtime.backend, 'third');
    await third.handle(encodeDeliveries([numbered(2, 'second')], silo.runtime.codec));
    await until('target', ['before', 'first', 'second']);
  });
});
