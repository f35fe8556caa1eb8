// One silo. What durable calls promise (DC1 to DC4 and DC6 in silo/messages/durable-calls.ts, O4 and O5 in silo/activation/operations.ts):
//   whatever fails on the way, the method's effect on state is there once; who waits gets its result or its own error; who stops waiting does not stop the call.
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { CallCycleError, CallTimeoutError, CancelledError, ConfigurationError, LinkLostError, PayloadTooLargeError } from '../../protocol/errors/index.js';
import { Service, type Handle } from '../../sdk/index.js';
import { storedEntries } from '../../silo/messages/stored-message.js';
import { failure, gate } from '../support/memory-silo.js';
import { TestProcess } from '../support/processes.js';
import { world } from './fixtures/till.fixture.js';
import { TILL, TillStage } from './till-stage.js';

@Service({ name: 'till-clerk' })
class Clerk {
  greet(): string {
    return 'hello';
  }
}

describe('durable calls', () => {
  let stage: TillStage;
  beforeEach(() => (stage = new TillStage([Clerk])));
  afterEach(() => stage.stop());

  it('return what the method returns, and leave nothing behind', async () => {
    expect(await stage.clock.until(stage.durable().put(3))).to.equal(3);
    expect(await stage.clock.until(stage.durable().put(4))).to.equal(7);
    await stage.clock.advance(100);
    expect(await stage.stored()).to.deep.equal([]);
    await stage.clock.until(stage.till().with({ idempotencyKey: 'next' }).put(1));
    expect((await stage.kept()).map(({ scope }) => scope)).to.not.include('durable');
  });

  it('are stored before they are made, and go into no queue while somebody waits', async () => {
    world.hold = gate();
    const putting = stage.durable().put(3);
    await stage.clock.until(world.entered.opened);
    expect(await stage.stored()).to.have.length(1);
    await stage.clock.advance('25s');
    expect(await stage.silo.queues.repeat(), 'also when the silo looks after what does not leave its outbox').to.equal(0);
    world.hold.open();
    expect(await stage.clock.until(putting)).to.equal(3);
    await stage.clock.advance('60s');
    expect([world.runs, await stage.count()]).to.deep.equal([1, [3, 1]]);
  });

  it('are made again when what failed passes, with what the method returns then', async () => {
    world.refusals = 4;
    expect(await stage.clock.until(stage.durable().put(3))).to.equal(3);
    expect([world.runs, await stage.count(), await stage.stored()]).to.deep.equal([5, [3, 1], []]);
  });

  it('have the same arguments each time, whatever an attempt did to its own', async () => {
    world.refusals = 2;
    const amounts = [1, 2, 3];
    expect(await stage.clock.until(stage.durable().putAll(amounts))).to.equal(6);
    expect(amounts).to.deep.equal([1, 2, 3]);
  });

  it('whose reply is lost get it from the record: the method runs once', async () => {
    stage.lost = 3;
    expect(await stage.clock.until(stage.durable().put(3))).to.equal(3);
    expect([world.runs, await stage.count()]).to.deep.equal([1, [3, 1]]);
  });

  it('whose method throws end with that error, are not made again, and are gone when it is told', async () => {
    const error = await failure(stage.clock.until(stage.durable().put(-1)));
    expect(error).to.be.instanceOf(RangeError).with.property('message', 'less than nothing');
    expect(await stage.stored()).to.deep.equal([]);
    await stage.clock.advance('60s');
    expect([world.runs, await stage.count()]).to.deep.equal([1, [0, 0]]);
  });

  it('that come through a queue after all, when their result was acknowledged, are known by their mark', async () => {
    world.hold = gate();
    const putting = stage.durable().put(3);
    await stage.clock.until(world.entered.opened);
    const [entry] = storedEntries(await stage.stored(), stage.silo.runtime.codec);
    world.hold.open();
    await stage.clock.until(putting);
    await stage.clock.until(stage.durable().put(1));
    await stage.clock.advance(100);
    const { message, sequence } = entry!;
    if (message.to !== 'one') throw new Error('a durable call is for one');
    await stage.clock.until(stage.silo.runtime.messages.outbound.add([{
      sender: { type: '@silo', key: stage.silo.membership.incarnation }, sequence, low: sequence, listener: message.listener, ordinal: 0, total: 1, payload: message.payload,
    }]));
    await stage.clock.advance('1s');
    expect([world.runs, await stage.count()]).to.deep.equal([2, [4, 2]]);
  });

  it('for which nobody waits any longer go on as messages, and are done once', async () => {
    world.refusals = 12;
    const error = await failure(stage.clock.until(stage.till().with({ durable: true, timeout: '5s' }).put(3)));
    expect(error).to.be.instanceOf(CallTimeoutError);
    expect(error.message).to.match(/^till\/till\.put: no result within 5000 ms; the call goes on as a message, until it is done or a dead letter/);
    world.refusals = 1;
    await stage.clock.advance('60s');
    expect([await stage.count(), await stage.stored()]).to.deep.equal([[3, 1], []]);
  });

  it('that time out while the method runs are done once, though the message comes too', async () => {
    world.hold = gate();
    const error = failure(stage.till().with({ durable: true, timeout: '2s' }).put(3));
    expect(await stage.clock.until(error)).to.be.instanceOf(CallTimeoutError);
    world.hold.open();
    await stage.clock.advance('60s');
    expect([world.runs, await stage.count(), await stage.stored()]).to.deep.equal([1, [3, 1], []]);
  });

  it('that are cancelled go on as messages', async () => {
    const cancel = new AbortController();
    world.refusals = 1000;
    const error = failure(stage.till().with({ durable: true, signal: cancel.signal }).put(3));
    await stage.clock.advance('3s');
    cancel.abort();
    expect(await stage.clock.until(error)).to.be.instanceOf(CancelledError).with.property('message', 'till/till.put: cancelled by its caller; the call goes on as a message, until it is done or a dead letter');
    world.refusals = 0;
    await stage.clock.advance('60s');
    expect(await stage.count()).to.deep.equal([3, 1]);
    expect(await failure(stage.till().with({ durable: true, signal: AbortSignal.abort() }).put(3))).to.be.instanceOf(CancelledError);
    expect(await stage.stored()).to.deep.equal([]);
  });

  it('that never succeed become dead letters, and are done once when they are sent anew', async () => {
    world.refusals = 1000;
    await failure(stage.clock.until(stage.till().with({ durable: true, timeout: '1s' }).put(3)));
    await stage.clock.advance('60s');
    const { letters: [letter] } = await stage.silo.runtime.messages.letters.list();
    expect(letter).to.deep.include({ target: TILL, method: 'put', attempts: 4 });
    world.refusals = 0;
    expect(await stage.silo.runtime.messages.letters.retry(letter!.id)).to.equal(true);
    await stage.clock.advance('5s');
    expect(await stage.count()).to.deep.equal([3, 1]);
  });

  it('end at once, and go on as messages, when their silo stops', async () => {
    world.refusals = 1000;
    const error = failure(stage.durable().put(3));
    await stage.clock.advance('1s');
    const stopping = stage.silo.runtime.stop();
    expect(await stage.clock.until(error)).to.be.instanceOf(CancelledError).with.property('message').that.matches(/^till\/till\.put: this silo is stopping; the call goes on as a message/);
    await stage.clock.until(stopping);
    expect(await stage.stored(), 'whoever consumes the queue next has it').to.have.length(1);
    expect(await stage.silo.queues.repeat()).to.be.greaterThan(0);
  });

  it('of a turn that throws stay done: they are no part of it', async () => {
    world.failures = 1;
    expect(await failure(stage.clock.until(stage.payer().pay()))).to.be.instanceOf(RangeError);
    expect([await stage.clock.until(stage.payer().all()), await stage.count()]).to.deep.equal([[], [1, 1]]);
  });

  it('on an actor whose turn waits for them are refused: they would be undone with it', async () => {
    expect(await failure(stage.clock.until(stage.payer().paySelf()))).to.be.instanceOf(CallCycleError);
    expect(await stage.stored()).to.deep.equal([]);
  });

  it('leave no growth at their callee, however many there are', async () => {
    for (let i = 0; i < 100; i++) await stage.clock.until(Promise.all(Array.from({ length: 100 }, () => stage.durable().put(1))), 1);
    expect(await stage.count()).to.deep.equal([10_000, 10_000]);
    await stage.clock.advance(100);
    await stage.clock.until(stage.durable().put(1));
    expect(await stage.kept()).to.have.length(1);
    const [mark] = await stage.silo.store.marks(TILL, [`@silo/${stage.silo.membership.incarnation}`]);
    expect(mark!.ids.length).to.be.lessThan(200);
    expect(await stage.stored()).to.have.length.lessThan(2);
    await stage.clock.advance(100);
    await stage.clock.until(stage.till().manage.deactivate());
    expect(await stage.kept(), 'the last one goes with the activation').to.deep.equal([]);
  }).timeout(60_000);

  it('keep results of up to 1 MiB; of a larger one they keep that it was done', async () => {
    const losingLarge = stage.silo.runtime.messages.durable.call.bind(stage.silo.runtime.messages.durable);
    let losses = 1;
    stage.silo.runtime.messages.durable.call = (invoker, envelope, turn) => losingLarge({
      invoke: (made) => invoker.invoke(made).then((value) => (losses-- > 0 ? Promise.reject(new LinkLostError('lost')) : value)),
    }, envelope, turn);
    const error = await failure(stage.clock.until(stage.durable().large()));
    expect(error).to.be.instanceOf(PayloadTooLargeError).with.property('limit', 1_048_576);
    expect(await stage.count()).to.deep.equal([0, 1]);
    expect(await stage.clock.until(stage.durable().large()), 'whose reply arrives').to.have.length(1_100_000);
  });

  it('are refused where they cannot be: with a key, for services, as tells and one-way calls', async () => {
    expect(() => stage.till().with({ durable: true, idempotencyKey: 'k' })).to.throw(ConfigurationError, 'drop idempotencyKey');
    expect(() => stage.till().with({ durable: 'yes' as never })).to.throw(ConfigurationError, 'durable is true or false');
    expect(() => (stage.silo.runtime.service(Clerk) as Handle<Clerk>).with({ durable: true })).to.throw(ConfigurationError, 'is a service');
    expect(() => stage.durable().oneWay).to.throw(ConfigurationError, 'durable');
    expect(() => stage.durable().manage).to.throw(ConfigurationError, 'durable');
    expect(await failure(stage.durable().tell.put(1))).to.be.instanceOf(ConfigurationError);
    await stage.clock.until(stage.till().with({ durable: false }).tell.put(1));
    await stage.clock.advance('1s');
    expect(await stage.count()).to.deep.equal([1, 1]);
  });

  it('keep the process of who awaits them alive', async () => {
    await using script = new TestProcess([fileURLToPath(new URL('./fixtures/awaits-durable.fixture.js', import.meta.url))]);
    const { code, stdout, stderr } = await script.ended;
    expect(stdout, stderr).to.include('at last');
    expect(code).to.equal(0);
  });
});
