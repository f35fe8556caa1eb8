import { expect } from 'chai';
import { HeldAnswer, LinkedSilos, outcomeOf } from './link-fixture.js';

describe('answers without a promise', () => {
  it('reach the caller, whether they are values or errors', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    const held: HeldAnswer[] = [];
    b.onInvoke = (envelope) => (held[held.length] = new HeldAnswer(envelope));
    const calls = [1, 2].map((n) => outcomeOf(a.pool.invoke(b.member, silos.call('hold', [n]))));
    await silos.clock.advance(1);
    held[0]!.succeed('done');
    held[1]!.fail(new RangeError('too far'));
    await silos.clock.advance(1);
    expect(calls.map(({ state }) => state)).to.deep.equal(['resolved', 'rejected']);
    expect(calls[0]!.value).to.equal('done');
    expect(calls[1]!.error).to.have.property('message', 'too far');
  });

  it('go nowhere once their caller gave up', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    let held!: HeldAnswer;
    b.onInvoke = (envelope) => (held = new HeldAnswer(envelope));
    const call = outcomeOf(a.pool.invoke(b.member, silos.call('hold', [], { timeoutMs: 40 })));
    await silos.clock.advance(100);
    held.succeed('too late');
    b.onInvoke = () => 'next';
    expect(await a.pool.invoke(b.member, silos.call('warm'))).to.equal('next');
    expect(call.state).to.equal('rejected');
  });

  it('that code of a value ends while it is written leave after that message', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    const held: HeldAnswer[] = [];
    a.onInvoke = (envelope) => (held[held.length] = new HeldAnswer(envelope));
    const waiting = [1, 2].map(() => outcomeOf(b.pool.invoke(a.member, silos.call('hold'))));
    await silos.clock.advance(1);
    const value = {
      get first() {
        held[0]!.succeed('one');
        held[1]!.fail(new RangeError('two'));
        return 1;
      },
      second: 2,
    };
    expect(await a.pool.invoke(b.member, silos.call('warm', [value]))).to.deep.equal([{ first: 1, second: 2 }]);
    await silos.clock.advance(1);
    expect(waiting[0]!.value).to.equal('one');
    expect(waiting[1]!.error).to.have.property('message', 'two');
  });

  it('are failures where the handler throws', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    b.onInvoke = () => { throw new RangeError('not here'); };
    const call = outcomeOf(a.pool.invoke(b.member, silos.call('warm')));
    await silos.clock.advance(1);
    expect(call.error).to.have.property('message', 'not here');
  });
});
