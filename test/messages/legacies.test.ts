import { expect } from 'chai';
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import { Legacies } from '../../silo/messages/legacies.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { RecordingLogger } from '../support/memory-silo.js';

const LEFT: readonly ActorId[] = [{ type: 'sender', key: 'mine' }, { type: 'sender', key: 'anothers' }];

describe('what a dead silo left', () => {
  let clock: VirtualClock;
  let store: MemoryStateStore;
  let legacies: Legacies;
  const taken: string[] = [];
  beforeEach(async () => {
    taken.length = 0;
    clock = new VirtualClock();
    store = new MemoryStateStore();
    await store.noteDirty('dead', LEFT);
    const dirty = { note: () => Promise.resolve() } as unknown as ConstructorParameters<typeof Legacies>[0]['dirty'];
    legacies = new Legacies({ store, clock, log: new RecordingLogger(), dirty }, (id) => Promise.resolve(void taken.push(printEntityId(id))));
  });
  afterEach(() => legacies.stop());

  it('and another silo should have looked after, this one does when that one dies before it did', async () => {
    const live = new Set(['this', 'other']);
    legacies.inherit('dead', ({ key }) => key === 'mine' || !live.has('other'));
    await clock.advance('1s');
    expect(taken).to.deep.equal(['sender/mine']);
    live.delete('other');
    await clock.advance('2s');
    expect(taken).to.deep.equal(['sender/mine', 'sender/anothers']);
    expect((await store.dirty('dead', 10)).ids).to.deep.equal([]);
  });

  it('and another looks after, this one leaves alone and asks for no more when all of it is gone', async () => {
    let looks = 0;
    const { dirty } = store;
    store.dirty = (...args) => (looks++, dirty.apply(store, args));
    legacies.inherit('dead', ({ key }) => key === 'mine');
    await clock.advance('1s');
    await store.clean('dead', [LEFT[1]!]);
    await clock.advance('2s');
    expect(taken).to.deep.equal(['sender/mine']);
    const before = looks;
    await clock.advance('5m');
    expect(looks).to.equal(before);
  });
});
