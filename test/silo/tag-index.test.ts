// I1 of TagBook: no actor that has a tag committed is missing from the tag's index. Each test holds one step back where a race could break it.
import { expect } from 'chai';
import type { ActorId } from '../../protocol/actor-id.js';
import { LinkLostError } from '../../sdk/index.js';
import type { CommitRequest, CommitResult, TagStamp } from '../../protocol/ports/index.js';
import { gate } from '../support/memory-silo.js';
import { WatchedStore } from './account.js';
import { Hero, waits } from './hero.js';
import { found, heroSilo, type HeroSilo } from './hero-silo.js';

const HERO: ActorId = { type: 'hero', key: 'h' };

/** Stops before what it is told to stop before. */
class SteppedStore extends WatchedStore {
  beforeCommit: ((request: CommitRequest) => Promise<void>) | undefined;
  /** Of removals. */
  beforeUnindex: (() => Promise<void>) | undefined;
  beforeDrop: (() => Promise<void>) | undefined;
  readonly indexed: string[] = [];

  override async commit(request: CommitRequest): Promise<CommitResult> {
    await this.beforeCommit?.(request);
    return super.commit(request);
  }

  override async indexTag(tag: string, id: ActorId, present: boolean, stamp?: TagStamp): Promise<void> {
    this.indexed.push(`${present ? '+' : '-'}${tag}`);
    if (!present) await this.beforeUnindex?.();
    return super.indexTag(tag, id, present, stamp);
  }

  override async dropTag(tag: string, id: ActorId, mark: string): Promise<void> {
    await this.beforeDrop?.();
    return super.dropTag(tag, id, mark);
  }

  async index(tag: string): Promise<readonly string[]> {
    return (await this.findTagged(tag)).ids.map(({ type, key }) => `${type}/${key}`);
  }
}

describe('the index of tags', () => {
  let store: SteppedStore;
  let silo: HeroSilo;
  beforeEach(() => {
    waits.clear();
    store = new SteppedStore();
    silo = heroSilo(store);
  });
  afterEach(async () => {
    store.beforeCommit = store.beforeUnindex = store.beforeDrop = undefined;
    await silo.runtime.stop();
  });

  it('has the actor before the commit that gives the tag, and loses it after the one that takes it away', async () => {
    const seen: string[] = [];
    store.beforeCommit = async ({ tags }) => void seen.push(`${String(tags?.added)}|${String(tags?.removed)}: ${String(await store.index('team'))}`);
    await silo.hero.tag(['team']);
    await silo.hero.tag([], ['team']);
    expect(seen).to.deep.equal(['team|: hero/h', '|team: hero/h']);
    await silo.hero.manage.deactivate();
    expect(await store.index('team')).to.deep.equal([]);
  });

  it('keeps an entry whose commit is under way, though nobody has the tag yet', async () => {
    const isIndexed = gate();
    const goOn = gate();
    store.beforeCommit = () => (isIndexed.open(), goOn.opened);
    const tagging = silo.hero.tag(['team']);
    await isIndexed.opened;
    expect(await found(silo, 'team')).to.deep.equal([]);
    goOn.open();
    await tagging;
    expect(await found(silo, 'team')).to.deep.equal(['hero/h']);
  });

  it('drops an entry too many when somebody looks: of a commit that never came, or of an actor that is gone', async () => {
    await silo.hero.do();
    await store.indexTag('team', HERO, true, { version: 1, by: 'crashed' });
    await store.indexTag('team', { type: 'hero', key: 'nobody' }, true, { version: 7, by: 'crashed' });
    expect(await store.index('team')).to.have.length(2);
    expect(await found(silo, 'team')).to.deep.equal([]);
    expect(await store.index('team')).to.deep.equal([]);
  });

  it('keeps the entry that was made anew between the look and the drop', async () => {
    await silo.hero.do();
    await store.indexTag('team', HERO, true, { version: 1, by: 'crashed' });
    const isDropping = gate();
    const goOn = gate();
    store.beforeDrop = () => (isDropping.open(), goOn.opened);
    const looking = found(silo, 'team');
    await isDropping.opened;
    await silo.hero.tag(['team']);
    goOn.open();
    await looking;
    expect(await found(silo, 'team')).to.deep.equal(['hero/h']);
  });

  it('keeps the entry of a later commit when the removal of an earlier one arrives late', async () => {
    await silo.hero.tag(['team']);
    const isRemoving = gate();
    const goOn = gate();
    store.beforeUnindex = () => (isRemoving.open(), goOn.opened);
    const removing = silo.hero.tag([], ['team']);
    await isRemoving.opened;
    await removing;
    // The silo dies meanwhile; another one takes the actor over.
    store.beforeUnindex = undefined;
    silo.runtime.abandon('killed');
    const claimed = await store.claim({ id: HERO, token: 'next:1', incarnation: 'next', expected: (await store.lookup(HERO))!.token });
    if (claimed.status !== 'claimed') throw new Error('not free');
    await store.release(HERO, 'next:1');
    silo = heroSilo(store);
    await silo.hero.tag(['team']);
    const late = store.indexed.length;
    goOn.open();
    await silo.hero.do();
    expect(store.indexed).to.have.length(late);
    expect(await found(silo, 'team')).to.deep.equal(['hero/h']);
  });

  it('loses actors that are destroyed, active or asleep', async () => {
    await silo.hero.tagAll('team');
    await silo.actor(Hero, 'asleep').tag(['team']);
    await silo.actor(Hero, 'asleep').manage.deactivate();
    await silo.hero.manage.destroy();
    await silo.actor(Hero, 'asleep').manage.destroy();
    expect(await store.index('team')).to.deep.equal([]);
  });

  it('has the actor though the answers to its entry and its commit were lost', async () => {
    let losses = 2;
    const lose = (): void => { if (losses-- > 0) throw new LinkLostError('lost'); };
    const { indexTag } = store;
    store.indexTag = async (...entry) => {
      lose();
      return indexTag.apply(store, entry);
    };
    const tagging = silo.hero.tag(['team']);
    while (losses > 0) await silo.clock.advance(50);
    await silo.clock.advance(200);
    await tagging;
    expect(await found(silo, 'team')).to.deep.equal(['hero/h']);
  });

  it('and the row have all tags again after a failover lost commits', async () => {
    await silo.hero.tag(['team']);
    await silo.actor(Hero, 'h').do();
    const { token } = (await store.lookup(HERO))!;
    // The store as it was before: held, with nothing in it.
    store = new SteppedStore();
    await store.claim({ id: HERO, token, incarnation: 'test' });
    const services = silo.runtime.catalog.get(HERO)!.services as { store: unknown };
    const before = services.store;
    services.store = store;
    await silo.hero.tag(['late']);
    expect(await store.tagState(HERO, 'team')).to.deep.include({ isTagged: true });
    expect(await store.tagState(HERO, 'late')).to.deep.include({ isTagged: true });
    expect([await store.index('team'), await store.index('late')]).to.deep.equal([['hero/h'], ['hero/h']]);
    services.store = before;
    silo.runtime.abandon('the test is over');
  });
});
