import { expect } from 'chai';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { stateStoreContract } from '../contracts/state-store.contract.js';
import { FakeClock } from './fake-clock.js';

stateStoreContract('memory', () => Promise.resolve({ store: new MemoryStateStore(), dispose: () => Promise.resolve() }));

describe('MemoryStateStore', () => {
  const id = { type: 'player', key: 'p' };
  const claim = (store: MemoryStateStore, token: string) => store.claim({ id, token, incarnation: 's' });

  it('forgets what a destroyed actor left after 7 days, and not before', async () => {
    const clock = new FakeClock();
    const store = new MemoryStateStore(clock);
    await claim(store, 'a');
    await store.commit({ id, token: 'a', commitId: 'c', version: 0, fields: new Map() });
    await store.destroy(id, 'a');
    clock.advance(7 * 24 * 3_600_000 - 1);
    expect(await claim(store, 'b')).to.include({ epoch: 2, version: 1 });
    await store.release(id, 'b');
    clock.advance(7 * 24 * 3_600_000);
    expect(await claim(store, 'c')).to.include({ epoch: 1, version: 0 });
  });

  it('keeps an actor that lives again after its destruction', async () => {
    const clock = new FakeClock();
    const store = new MemoryStateStore(clock);
    await claim(store, 'a');
    await store.commit({ id, token: 'a', commitId: 'c', version: 0, fields: new Map() });
    await store.destroy(id, 'a');
    await claim(store, 'b');
    await store.commit({ id, token: 'b', commitId: 'd', version: 1, fields: new Map() });
    await store.release(id, 'b');
    clock.advance(8 * 24 * 3_600_000);
    expect(await claim(store, 'c')).to.include({ epoch: 3, version: 2 });
  });
});
