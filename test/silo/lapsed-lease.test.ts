import { expect } from 'chai';
import { Actor, SiloUnavailableError, State } from '../../sdk/index.js';
import type { ClaimRequest, ClaimResult } from '../../protocol/ports/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure, memorySilo } from '../support/memory-silo.js';

@Actor({ name: 'lapse-counter' })
class Counter {
  @State() count = 0;
  add(): number {
    return ++this.count;
  }
}

/** Something happens between a claim and its answer. */
class WatchedStore extends MemoryStateStore {
  onClaimed: () => void = () => undefined;
  override async claim(request: ClaimRequest): Promise<ClaimResult> {
    const result = await super.claim(request);
    this.onClaimed();
    return result;
  }
}

describe('a lease that lapses', () => {
  it('while an actor is activated: its calls surely did not run, the actor is given up, and the next call activates it', async () => {
    const store = new WatchedStore();
    const silo = memorySilo([Counter], { store });
    store.onClaimed = () => (silo.membership.isValid = false);
    const errors = await Promise.all([failure(silo.actor(Counter, 'a').add()), failure(silo.actor(Counter, 'a').add())]);
    for (const error of errors) {
      expect(error).to.be.instanceOf(SiloUnavailableError);
      expect(error).to.include({ retryable: true });
    }
    expect(await store.lookup({ type: 'lapse-counter', key: 'a' })).to.equal(undefined);
    store.onClaimed = () => undefined;
    silo.membership.isValid = true;
    expect(await silo.actor(Counter, 'a').add()).to.equal(1);
    await silo.runtime.stop();
  });

  it('before a call is accepted: refused as not run', async () => {
    const silo = memorySilo([Counter]);
    expect(await silo.actor(Counter, 'a').add()).to.equal(1);
    silo.membership.isValid = false;
    expect(await failure(silo.actor(Counter, 'a').add())).to.include({ code: 'ERR_SILO_UNAVAILABLE', retryable: true });
    silo.membership.isValid = true;
    expect(await silo.actor(Counter, 'a').add()).to.equal(2);
    await silo.runtime.stop();
  });
});
