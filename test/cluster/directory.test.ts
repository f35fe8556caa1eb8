import { expect } from 'chai';
import { StoreActorDirectory } from '../../directory/store-actor-directory.js';
import { SiloUnavailableError } from '../../sdk/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure } from '../support/memory-silo.js';

const id = { type: 'player', key: 'p1' };

describe('the directory', () => {
  it('takes the actors of dead silos, but not for one that is dead itself and cannot know who lives', async () => {
    const store = new MemoryStateStore();
    const membership = { isValid: false, statusOf: () => 'unknown' as const, refresh: () => Promise.resolve() };
    const living = new StoreActorDirectory(store, 's1', { ...membership, isValid: true });
    await living.register(id);
    const dead = new StoreActorDirectory(store, 's2', membership);
    expect(await failure(dead.register(id))).to.be.instanceOf(SiloUnavailableError);
    expect((await store.lookup(id))?.incarnation).to.equal('s1');
    membership.isValid = true;
    expect(await dead.register(id)).to.have.property('token');
    expect((await store.lookup(id))?.incarnation).to.equal('s2');
  });
});
