// One silo. The turn of a message (or of what else comes again) that is run again makes the same durable calls under the same ids, or none
// (DC5 and DC6 in silo/messages/durable-calls.ts): what they did is there once, and the turn gets what it got before.
import { expect } from 'chai';
import { CallTimeoutError, NonDeterministicError } from '../../protocol/errors/index.js';
import { storedEntries } from '../../silo/messages/stored-message.js';
import { failure, gate } from '../support/memory-silo.js';
import { resetWorld, world } from './fixtures/till.fixture.js';
import { TillStage } from './till-stage.js';

describe('durable calls of a message whose turn is run again', () => {
  let stage: TillStage;
  beforeEach(() => (stage = new TillStage()));
  afterEach(() => stage.stop());

  it('are not repeated: the turn gets the results that it got before', async () => {
    world.failures = 2;
    world.puts = [['till', 1], ['other', 5], ['till', 1]];
    await stage.payer().tell.pay();
    await stage.clock.advance('30s');
    expect(await stage.clock.until(stage.payer().all())).to.deep.equal([1, 5, 2]);
    expect([await stage.count(), await stage.count('other'), world.runs]).to.deep.equal([[2, 2], [5, 1], 3]);
  });

  it('nor are those that a component of the same actor makes in it', async () => {
    world.failures = 2;
    await stage.payer().tell.payFromPurse();
    await stage.clock.advance('30s');
    expect([await stage.clock.until(stage.payer().all()), await stage.count(), world.runs]).to.deep.equal([[1], [1, 1], 1]);
  });

  it('nor those of handlers of own events and of reminders', async () => {
    for (const make of [() => stage.payer().open(), () => stage.payer().remind()]) {
      resetWorld();
      world.failures = 1;
      await stage.clock.until(make());
      await stage.clock.advance('30s');
      expect(world.runs).to.equal(1);
    }
    expect([await stage.clock.until(stage.payer().all()), await stage.count()]).to.deep.equal([[1, 2], [2, 2]]);
  });

  it('nor those of a call with an idempotency key that is made again', async () => {
    world.failures = 1;
    expect(await failure(stage.clock.until(stage.payer().with({ idempotencyKey: 'k' }).pay()))).to.be.instanceOf(RangeError);
    expect(await stage.clock.until(stage.payer().with({ idempotencyKey: 'k' }).pay())).to.deep.equal([1]);
    expect([await stage.count(), world.runs]).to.deep.equal([[1, 1], 1]);
  });

  it('nor those of a durable call that goes on as a message', async () => {
    world.after = gate();
    const error = failure(stage.payer().with({ durable: true, timeout: '1s' }).pay());
    expect(await stage.clock.until(error)).to.be.instanceOf(CallTimeoutError);
    world.failures = 2;
    world.after.open();
    await stage.clock.advance('30s');
    expect([await stage.clock.until(stage.payer().all()), await stage.count(), world.runs]).to.deep.equal([[1], [1, 1], 1]);
  });

  for (const [what, failures, make] of [
    ['message', 1, () => stage.payer().tell.payOnce()], ['own event', 2, () => stage.payer().open()],
  ] as const) it(`nor those of a dead letter that is sent anew (${what})`, async () => {
    world.failures = failures;
    await stage.clock.until(make());
    await stage.clock.advance('10s');
    const { letters } = await stage.silo.runtime.messages.letters.list();
    expect(letters).to.have.length(1);
    await stage.silo.runtime.messages.letters.retry(letters[0]!.id);
    await stage.clock.advance('5s');
    expect([await stage.clock.until(stage.payer().all()), await stage.count(), world.runs]).to.deep.equal([[1], [1, 1], 1]);
  });

  it('fail when they are others than before, and nothing of them is done', async () => {
    world.failures = 1;
    await stage.payer().tell.pay();
    await stage.clock.advance(500);
    world.puts = [['other', 1]];
    await stage.clock.advance('60s');
    const { letters: [letter] } = await stage.silo.runtime.messages.letters.list();
    expect(letter!.error).to.deep.equal({
      name: 'NonDeterministicError',
      message: 'till/other.put: durable call 0 of this turn was another one when the turn ran before; a turn that is run again must make the same calls in the same order',
    });
    expect([await stage.count(), await stage.count('other')]).to.deep.equal([[1, 1], [0, 0]]);
    const told = new NonDeterministicError('x', { ordinal: 0, target: 'till/other', method: 'put' });
    expect([told.ordinal, told.target, told.method]).to.deep.equal([0, 'till/other', 'put']);
  });

  it('are known by their operation when an earlier attempt, of a silo that died, comes after the turn is through', async () => {
    world.failures = 1;
    world.hold = gate();
    await stage.payer().tell.pay();
    await stage.clock.until(world.entered.opened);
    const durable = storedEntries(await stage.stored(), stage.silo.runtime.codec).map(({ message }) => message).find((message) => message.to === 'one' && message.listener.key === 'till');
    if (durable?.to !== 'one') throw new Error('the call is not stored');
    world.hold.open();
    await stage.clock.advance('30s');
    await stage.clock.until(stage.durable().put(1));
    expect((await stage.kept()).map(({ scope }) => scope), 'that of the turn, and the last one').to.deep.equal(['durable', 'durable']);
    const sender = { type: '@silo', key: 'a dead one' };
    await stage.clock.until(stage.silo.runtime.messages.outbound.add([{ sender, sequence: 1, low: 1, listener: durable.listener, ordinal: 0, total: 1, payload: durable.payload }]));
    await stage.clock.advance('1s');
    expect([world.runs, await stage.count()]).to.deep.equal([2, [2, 2]]);
  });

  it('are forgotten by the journal and the callee once a turn that ran once is saved', async () => {
    const dropped: string[] = [];
    const drop = stage.records.journal.drop.bind(stage.records.journal);
    stage.records.journal.drop = (id) => (dropped.push(id), drop(id));
    world.puts = [['till', 1], ['till', 1]];
    await stage.payer().tell.pay();
    await stage.clock.advance('1s');
    await stage.clock.until(stage.durable().put(1));
    expect(dropped).to.have.length(1);
    await stage.clock.until(stage.durable().put(1));
    expect(await stage.kept()).to.have.length(1);
  });
});
