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

  /** As another silo would deliver them. */
  const numbered = (sequence: number, entry: string) => ({
    sender: { type: 'ledger', key: 'a' }, sequence, low: 1, listener: { type: 'ledger', key: 'target' }, ordinal: 0, total: 1,
    payload: silo.runtime.codec.encode({ kind: 'tell', method: 'add', args: [entry] }, 'args'),
  });
  const batch = (sequence: number, entry: string): Uint8Array => encodeDeliveries([numbered(sequence, entry)]);

  it('wait in the inbox, and hold up no other actor\'s, when the store does not answer their listener', async () => {
    await ledger('target').add('before');
    const { store } = silo;
    const marks = store.marks.bind(store);
    store.marks = () => new Promise(() => undefined);
    let isOver = false;
    const handled = new Deliverer(silo.runtime.messages, silo.runtime.backend, 'third').handle([batch(1, 'first')]).then(() => (isOver = true));
    await clock.advance('29s');
    expect(isOver).to.equal(false);
    await clock.advance('2s');
    await handled;
    expect(await store.inbox({ type: 'ledger', key: 'target' }, 9)).to.have.length(1);
    store.marks = marks;
    await ledger('target').manage.deactivate();
    await clock.advance('1m');
    expect(await ledger('target').all()).to.deep.equal(['before', 'first']);
  });

  it('go on only after a look into the inbox that was answered', async () => {
    await ledger('target').add('before');
    const { store } = silo;
    const parked = numbered(1, 'first');
    await store.park(parked.listener, { sender: senderOf(parked), sequence: 1, payload: batch(1, 'first') });
    const inbox = store.inbox.bind(store);
    store.inbox = () => Promise.reject(new Error('away'));
    const third = new Deliverer(silo.runtime.messages, silo.runtime.backend, 'third');
    expect(await third.remind(parked.listener).catch((error: Error) => error.message)).to.equal('away');
    store.inbox = inbox;
    await third.handle([batch(2, 'second')]);
    await until('target', ['before', 'first', 'second']);
  });

  it('that another silo put into the inbox are handled before what comes by way of a third', async () => {
    await ledger('target').add('before');
    const parked = numbered(1, 'first');
    await silo.store.park(parked.listener, { sender: senderOf(parked), sequence: 1, payload: batch(1, 'first') });
    await new Deliverer(silo.runtime.messages, silo.runtime.backend, 'third').handle([batch(2, 'second')]);
    await until('target', ['before', 'first', 'second']);
  });
});
