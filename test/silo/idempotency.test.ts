import { expect } from 'chai';
import { InvalidArgumentError, RateLimitedError } from '../../sdk/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure, memorySilo } from '../support/memory-silo.js';
import { Account } from './account.js';

describe('idempotency keys', () => {
  it('return the recorded result without running again, also after a restart', async () => {
    const store = new MemoryStateStore();
    const first = memorySilo([Account], { store });
    const keyed = first.actor(Account, 'a').with({ idempotencyKey: 'k1' });
    expect(await Promise.all([keyed.deposit(5), keyed.deposit(5)])).to.deep.equal([5, 5]);
    await first.runtime.stop();
    const second = memorySilo([Account], { store });
    expect(await second.actor(Account, 'a').with({ idempotencyKey: 'k1' }).deposit(5)).to.equal(5);
    expect((await second.actor(Account, 'a').get()).balance).to.equal(5);
    await second.runtime.stop();
  });

  it('refuse another argument under the same key', async () => {
    const { actor, runtime } = memorySilo([Account]);
    const keyed = actor(Account, 'a').with({ idempotencyKey: 'k1' });
    await keyed.deposit(5);
    const error = await failure(keyed.deposit(6));
    expect(error).to.be.instanceOf(InvalidArgumentError);
    expect(error.path).to.equal('idempotencyKey');
    await runtime.stop();
  });

  it('record nothing for a turn that throws', async () => {
    const { actor, runtime } = memorySilo([Account]);
    const keyed = actor(Account, 'a').with({ idempotencyKey: 'k1' });
    await failure(keyed.depositBoth(5, true));
    await failure(keyed.depositBoth(5, true));
    expect((await actor(Account, 'a').get()).balance).to.equal(0);
    await runtime.stop();
  });

  it('are refused above 1,024 per caller rather than forgotten', async () => {
    const { actor, runtime } = memorySilo([Account]);
    const account = actor(Account, 'a');
    await Promise.all(Array.from({ length: 1024 }, (_, index) => account.with({ idempotencyKey: `k${index}` }).deposit(1)));
    expect(await failure(account.with({ idempotencyKey: 'one more' }).deposit(1))).to.be.instanceOf(RateLimitedError);
    expect(await account.with({ idempotencyKey: 'k0' }).deposit(1)).to.equal(1);
    await runtime.stop();
  });
});
