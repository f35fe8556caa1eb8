import { expect } from 'chai';
import { failure, gate, memorySilo } from '../support/memory-silo.js';
import { Account, handled, handler, WatchedStore } from './account.js';

describe('events to own handlers', () => {
  beforeEach(() => {
    handled.length = 0;
    handler.failures = 0;
  });

  it('are handled once, after the commit, and carry their origin', async () => {
    const { actor, runtime } = memorySilo([Account]);
    await actor(Account, 'a').emitAndMaybeFail(false);
    await actor(Account, 'a').deposit(0);
    expect(handled).to.have.length(1);
    expect(handled[0]!.total).to.equal(1);
    expect(handled[0]!.origin).to.include({ type: 'account', key: 'a' });
    expect((await actor(Account, 'a').get()).notes).to.deep.equal(['changed to 1']);
    await runtime.stop();
  });

  it('do not exist when the emitting unit fails', async () => {
    const { actor, runtime } = memorySilo([Account]);
    await failure(actor(Account, 'a').emitAndMaybeFail(true));
    await actor(Account, 'a').deposit(0);
    expect(handled).to.deep.equal([]);
    await runtime.stop();
  });

  it('are handled by the next activation when this one ended first', async () => {
    const store = new WatchedStore();
    const first = memorySilo([Account], { store });
    handler.failures = Infinity;
    await first.actor(Account, 'a').emitAndMaybeFail(false);
    first.runtime.abandon('the silo died');
    handler.failures = 0;
    const second = memorySilo([Account], { store });
    const seen = gate();
    store.answer = (result) => {
      if (handled.length > 0) seen.open();
      return Promise.resolve(result);
    };
    await second.actor(Account, 'a').get();
    await seen.opened;
    expect(handled.map(({ total }) => total)).to.deep.equal([1]);
    await second.runtime.stop();
    expect(await store.outbox({ type: 'account', key: 'a' }, 10)).to.deep.equal([]);
  });
});
