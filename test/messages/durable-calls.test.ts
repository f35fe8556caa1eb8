// One silo. What durable calls promise (DC1 to DC6 in silo/messages/durable-calls.ts, O4 and O5 in silo/activation/operations.ts):
//   whatever fails on the way, the method's effect on state is there once; who waits gets its result or its own error; who stops waiting does not stop the call.
import { expect } from 'chai';
import type { Envelope, Invoker } from '../../protocol/envelope.js';
import { CallCycleError, CallTimeoutError, CancelledError, ConfigurationError, LinkLostError, NonDeterministicError, PayloadTooLargeError } from '../../protocol/errors/index.js';
import { Service, type Handle } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryMessageRecords } from '../../state/memory-message-records.js';
import { failure, gate, memorySilo, type TestSilo } from '../support/memory-silo.js';
import { Payer, resetWorld, Till, world } from './fixtures/till.fixture.js';

@Service({ name: 'till-clerk' })
class Clerk {
  greet(): string {
    return 'hello';
  }
}

const TILL = { type: 'till', key: 'till' };

describe('durable calls', () => {
  let clock: VirtualClock;
  let silo: TestSilo;
  let records: MemoryMessageRecords;
  /** How many replies of `put` are lost on their way. */
  let lost: number;
  const till = (key = 'till'): Handle<Till> => silo.actor(Till, key);
  const durable = (key = 'till'): Handle<Till> => till(key).with({ durable: true });
  const payer = (): Handle<Payer> => silo.actor(Payer, 'payer');
  const stored = () => silo.store.outbox({ type: '@silo', key: silo.membership.incarnation }, 100);
  const kept = () => silo.store.operations(TILL);
  const losing = (next: Invoker): Invoker => ({
    invoke: async (envelope: Envelope) => {
      const value = await next.invoke(envelope);
      if (envelope.method !== 'put' || lost-- <= 0) return value;
      throw new LinkLostError('the reply was lost');
    },
  });

  beforeEach(() => {
    resetWorld();
    lost = 0;
    clock = new VirtualClock();
    records = new MemoryMessageRecords(clock);
    silo = memorySilo([Till, Payer, Clerk], { clock, records, random: () => 0.5, intercept: losing });
  });
  afterEach(async () => {
    world.hold?.open();
    const stopped = silo.runtime.stop();
    await clock.advance(30_000);
    await stopped;
  });
  const count = async (key = 'till'): Promise<readonly [number, number]> => clock.until(till(key).count());

  it('return what the method returns, and leave nothing behind', async () => {
    expect(await clock.until(durable().put(3))).to.equal(3);
    expect(await clock.until(durable().put(4))).to.equal(7);
    await clock.advance(100);
    expect(await stored()).to.deep.equal([]);
    await clock.until(till().with({ idempotencyKey: 'next' }).put(1));
    expect((await kept()).map(({ scope }) => scope)).to.not.include('durable');
  });

  it('are stored before they are made, and go into no queue while somebody waits', async () => {
    world.hold = gate();
    const putting = durable().put(3);
    await clock.until(world.entered.opened);
    expect(await stored()).to.have.length(1);
    await clock.advance('25s');
    expect(world.runs, 'also when the silo looks after what does not leave its outbox').to.equal(1);
    world.hold.open();
    expect(await clock.until(putting)).to.equal(3);
    await clock.advance('60s');
    expect([world.runs, await count()]).to.deep.equal([1, [3, 1]]);
  });

  it('are made again when what failed passes, with what the method returns then', async () => {
    world.refusals = 4;
    expect(await clock.until(durable().put(3))).to.equal(3);
    expect([world.runs, await count(), await stored()]).to.deep.equal([5, [3, 1], []]);
  });

  it('whose reply is lost get it from the record: the method runs once', async () => {
    lost = 3;
    expect(await clock.until(durable().put(3))).to.equal(3);
    expect([world.runs, await count()]).to.deep.equal([1, [3, 1]]);
  });

  it('whose method throws end with that error, are not made again, and are gone when it is told', async () => {
    const error = await failure(clock.until(durable().put(-1)));
    expect(error).to.be.instanceOf(RangeError).with.property('message', 'less than nothing');
    expect(await stored()).to.deep.equal([]);
    await clock.advance('60s');
    expect([world.runs, await count()]).to.deep.equal([1, [0, 0]]);
  });

  it('for which nobody waits any longer go on as messages, and are done once', async () => {
    world.refusals = 12;
    const error = await failure(clock.until(till().with({ durable: true, timeout: '5s' }).put(3)));
    expect(error).to.be.instanceOf(CallTimeoutError);
    expect(error.message).to.match(/^till\/till\.put: no result within 5000 ms; the call goes on as a message, until it is done or a dead letter/);
    world.refusals = 1;
    await clock.advance('60s');
    expect([await count(), await stored()]).to.deep.equal([[3, 1], []]);
  });

  it('that time out while the method runs are done once, though the message comes too', async () => {
    world.hold = gate();
    const error = failure(till().with({ durable: true, timeout: '2s' }).put(3));
    expect(await clock.until(error)).to.be.instanceOf(CallTimeoutError);
    world.hold.open();
    await clock.advance('60s');
    expect([world.runs, await count(), await stored()]).to.deep.equal([1, [3, 1], []]);
  });

  it('that are cancelled go on as messages', async () => {
    const cancel = new AbortController();
    world.refusals = 1000;
    const error = failure(till().with({ durable: true, signal: cancel.signal }).put(3));
    await clock.advance('3s');
    cancel.abort();
    expect(await clock.until(error)).to.be.instanceOf(CancelledError).with.property('message', 'till/till.put: cancelled by its caller; the call goes on as a message, until it is done or a dead letter');
    world.refusals = 0;
    await clock.advance('60s');
    expect(await count()).to.deep.equal([3, 1]);
    expect(await failure(till().with({ durable: true, signal: AbortSignal.abort() }).put(3))).to.be.instanceOf(CancelledError);
    expect(await stored()).to.deep.equal([]);
  });

  it('that never succeed become dead letters, and are done once when they are sent anew', async () => {
    world.refusals = 1000;
    await failure(clock.until(till().with({ durable: true, timeout: '1s' }).put(3)));
    await clock.advance('60s');
    const { letters: [letter] } = await silo.runtime.messages.letters.list();
    expect(letter).to.deep.include({ target: TILL, method: 'put', attempts: 4 });
    world.refusals = 0;
    expect(await silo.runtime.messages.letters.retry(letter!.id)).to.equal(true);
    await clock.advance('5s');
    expect(await count()).to.deep.equal([3, 1]);
  });

  it('end at once, and go on as messages, when their silo stops', async () => {
    world.refusals = 1000;
    const error = failure(durable().put(3));
    await clock.advance('1s');
    const stopping = silo.runtime.stop();
    expect(await clock.until(error)).to.be.instanceOf(CancelledError).with.property('message').that.matches(/^till\/till\.put: this silo is stopping; the call goes on as a message/);
    await clock.until(stopping);
    expect(await stored(), 'whoever consumes the queue next has it').to.have.length(1);
    expect(await silo.queues.repeat()).to.be.greaterThan(0);
  });

  describe('of a message whose turn is run again', () => {
    it('are not repeated: the turn gets the results that it got before', async () => {
      world.failures = 2;
      world.puts = [['till', 1], ['other', 5], ['till', 1]];
      await payer().tell.pay();
      await clock.advance('30s');
      expect(await clock.until(payer().all())).to.deep.equal([1, 5, 2]);
      expect([await count(), await count('other'), world.runs]).to.deep.equal([[2, 2], [5, 1], 3]);
    });

    it('nor are those that a component of the same actor makes in it', async () => {
      world.failures = 2;
      await payer().tell.payFromPurse();
      await clock.advance('30s');
      expect([await clock.until(payer().all()), await count(), world.runs]).to.deep.equal([[1], [1, 1], 1]);
    });

    it('nor those of handlers of own events and of reminders', async () => {
      for (const make of [() => payer().open(), () => payer().remind()]) {
        resetWorld();
        world.failures = 1;
        await clock.until(make());
        await clock.advance('30s');
        expect(world.runs).to.equal(1);
      }
      expect([await clock.until(payer().all()), await count()]).to.deep.equal([[1, 2], [2, 2]]);
    });

    it('nor those of a call with an idempotency key that is made again', async () => {
      world.failures = 1;
      expect(await failure(clock.until(payer().with({ idempotencyKey: 'k' }).pay()))).to.be.instanceOf(RangeError);
      expect(await clock.until(payer().with({ idempotencyKey: 'k' }).pay())).to.deep.equal([1]);
      expect([await count(), world.runs]).to.deep.equal([[1, 1], 1]);
    });

    it('nor those of a durable call that goes on as a message', async () => {
      world.after = gate();
      const error = failure(payer().with({ durable: true, timeout: '1s' }).pay());
      expect(await clock.until(error)).to.be.instanceOf(CallTimeoutError);
      world.failures = 2;
      world.after.open();
      await clock.advance('30s');
      expect([await clock.until(payer().all()), await count(), world.runs]).to.deep.equal([[1], [1, 1], 1]);
    });

    it('nor those of a dead letter that is sent anew', async () => {
      world.failures = 1;
      await payer().tell.payOnce();
      await clock.advance('5s');
      const { letters } = await silo.runtime.messages.letters.list();
      expect(letters).to.have.length(1);
      await silo.runtime.messages.letters.retry(letters[0]!.id);
      await clock.advance('5s');
      expect([await clock.until(payer().all()), await count(), world.runs]).to.deep.equal([[1], [1, 1], 1]);
    });

    it('fail when they are others than before, and nothing of them is done', async () => {
      world.failures = 1;
      await payer().tell.pay();
      await clock.advance(500);
      world.puts = [['other', 1]];
      await clock.advance('60s');
      const { letters: [letter] } = await silo.runtime.messages.letters.list();
      expect(letter!.error).to.deep.equal({
        name: 'NonDeterministicError',
        message: 'till/other.put: durable call 0 of this turn was another one when the turn ran before; a turn that is run again must make the same calls in the same order',
      });
      expect([await count(), await count('other')]).to.deep.equal([[1, 1], [0, 0]]);
      const told = new NonDeterministicError('x', { ordinal: 0, target: 'till/other', method: 'put' });
      expect([told.ordinal, told.target, told.method]).to.deep.equal([0, 'till/other', 'put']);
    });

    it('are kept by the callee while a late copy of an earlier attempt may come', async () => {
      world.failures = 1;
      await payer().tell.pay();
      await clock.advance('30s');
      expect((await kept()).map(({ scope }) => scope)).to.deep.equal(['durable']);
    });

    it('are forgotten by the journal and the callee once a turn that ran once is saved', async () => {
      const dropped: string[] = [];
      const drop = records.journal.drop.bind(records.journal);
      records.journal.drop = (id) => (dropped.push(id), drop(id));
      world.puts = [['till', 1], ['till', 1]];
      await payer().tell.pay();
      await clock.advance('1s');
      await clock.until(durable().put(1));
      expect(dropped).to.have.length(1);
      await clock.until(durable().put(1));
      expect(await kept()).to.have.length(1);
    });
  });

  it('of a turn that throws stay done: they are no part of it', async () => {
    world.failures = 1;
    expect(await failure(clock.until(payer().pay()))).to.be.instanceOf(RangeError);
    expect([await clock.until(payer().all()), await count()]).to.deep.equal([[], [1, 1]]);
  });

  it('on an actor whose turn waits for them are refused: they would be undone with it', async () => {
    expect(await failure(clock.until(payer().paySelf()))).to.be.instanceOf(CallCycleError);
    expect(await stored()).to.deep.equal([]);
  });

  it('leave no growth at their callee, however many there are', async () => {
    for (let i = 0; i < 100; i++) await clock.until(Promise.all(Array.from({ length: 100 }, () => durable().put(1))), 1);
    expect(await count()).to.deep.equal([10_000, 10_000]);
    await clock.advance(100);
    await clock.until(durable().put(1));
    expect(await kept()).to.have.length(1);
    const [mark] = await silo.store.marks(TILL, [`@silo/${silo.membership.incarnation}`]);
    expect(mark!.ids.length).to.be.lessThan(200);
    expect(await stored()).to.have.length.lessThan(2);
    await clock.advance(100);
    await clock.until(till().manage.deactivate());
    expect(await kept(), 'the last one goes with the activation').to.deep.equal([]);
  }).timeout(60_000);

  it('keep results of up to 1 MiB; of a larger one they keep that it was done', async () => {
    const losingLarge = silo.runtime.messages.durable.call.bind(silo.runtime.messages.durable);
    let losses = 1;
    silo.runtime.messages.durable.call = (invoker, envelope, turn) => losingLarge({
      invoke: (made) => invoker.invoke(made).then((value) => (losses-- > 0 ? Promise.reject(new LinkLostError('lost')) : value)),
    }, envelope, turn);
    const error = await failure(clock.until(durable().large()));
    expect(error).to.be.instanceOf(PayloadTooLargeError).with.property('limit', 1_048_576);
    expect(await count()).to.deep.equal([0, 1]);
    expect(await clock.until(durable().large()), 'whose reply arrives').to.have.length(1_100_000);
  });

  it('are refused where they cannot be: with a key, for services, as tells and one-way calls', async () => {
    expect(() => till().with({ durable: true, idempotencyKey: 'k' })).to.throw(ConfigurationError, 'drop idempotencyKey');
    expect(() => till().with({ durable: 'yes' as never })).to.throw(ConfigurationError, 'durable is true or false');
    expect(() => (silo.runtime.service(Clerk) as Handle<Clerk>).with({ durable: true })).to.throw(ConfigurationError, 'is a service');
    expect(() => durable().oneWay).to.throw(ConfigurationError, 'durable');
    expect(() => durable().manage).to.throw(ConfigurationError, 'durable');
    expect(await failure(durable().tell.put(1))).to.be.instanceOf(ConfigurationError);
    await clock.until(till().with({ durable: false }).tell.put(1));
    await clock.advance('1s');
    expect(await count()).to.deep.equal([1, 1]);
  });
});
