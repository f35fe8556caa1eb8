import { expect } from 'chai';
import type { CommitRequest, CommitResult } from '../../protocol/ports/state-store.js';
import { Actor, Delivery, ReadOnly, State, type ActorContext, type Handle } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { gate, memorySilo, type TestSilo } from '../support/memory-silo.js';

type Refusal = (request: CommitRequest) => CommitResult | undefined;

/** Keeps what the book commits, lets it wait, and may answer in its own way. */
class BookStore extends MemoryStateStore {
  readonly commits: CommitRequest[] = [];
  gate: { readonly opened: Promise<void> } | undefined;
  answer: Refusal = () => undefined;

  override async commit(request: CommitRequest): Promise<CommitResult> {
    if (request.id.type !== 'sc-book') return super.commit(request);
    this.commits.push(request);
    await this.gate?.opened;
    return this.answer(request) ?? super.commit(request);
  }
}

let held = gate();
const runs: string[] = [];

@Actor({ name: 'sc-teller' })
class Teller {
  constructor(private readonly ctx: ActorContext<Teller>) {}
  async tellAll(entries: readonly string[]): Promise<void> {
    for (const entry of entries) await this.ctx.actor(Book, 'book').tell.write(entry);
  }
}

@Actor({ name: 'sc-book' })
class Book {
  @State() entries: string[] = [];
  constructor(private readonly ctx: ActorContext<Book>) {}
  @Delivery({ attempts: 3, backoff: '1s' }) async write(entry: string): Promise<void> {
    runs.push(entry);
    this.entries.push(entry);
    if (entry === 'poison') throw new RangeError('poisoned');
    if (entry === 'slow') await held.opened;
    if (entry === 'destroy') await this.ctx.destroy();
  }
  add(entry: string): string[] {
    runs.push(`call ${entry}`);
    this.entries.push(entry);
    return [...this.entries];
  }
  @ReadOnly() all(): string[] {
    return this.entries;
  }
}

describe('successive messages to one actor', () => {
  let clock: VirtualClock;
  let silo: TestSilo;
  let store: BookStore;
  const book = (): Handle<Book> => silo.actor(Book, 'book');
  const told = (...entries: string[]): Promise<void> => silo.actor(Teller, 't').tellAll(entries);
  const marks = ({ marks: all = [] }: CommitRequest): number => all.reduce((sum, { ids }) => sum + ids.length, 0);

  beforeEach(async () => {
    held = gate();
    clock = new VirtualClock();
    store = new BookStore(clock);
    silo = memorySilo([Teller, Book], { clock, store, random: () => 0.5 });
    await book().add('first');
    store.commits.length = runs.length = 0;
  });
  afterEach(async () => {
    held.open();
    store.gate = undefined;
    await clock.until(silo.runtime.stop(), '1s');
  });

  it('share a commit, which marks them all', async () => {
    const entries = Array.from({ length: 50 }, (_, i) => String(i));
    await told(...entries);
    await clock.advance('10ms');
    expect(await book().all()).to.deep.equal(['first', ...entries]);
    expect(runs).to.deep.equal(entries);
    expect(store.commits.map(marks)).to.deep.equal([50]);
  });

  it('of different senders share it, too', async () => {
    await Promise.all(['a', 'b', 'c'].map((key) => silo.actor(Teller, key).tellAll([key])));
    await clock.advance('10ms');
    expect([...(await book().all())].sort()).to.deep.equal(['a', 'b', 'c', 'first']);
    expect(store.commits.map(marks)).to.deep.equal([3]);
  });

  it('are undone alone: what one that throws did is gone, what was before it stays, and runs once', async () => {
    await told('a', 'b', 'poison', 'c');
    await clock.advance('10ms');
    expect(await book().all()).to.deep.equal(['first', 'a', 'b']);
    await clock.advance('10s');
    expect(await book().all()).to.deep.equal(['first', 'a', 'b', 'c']);
    expect(runs).to.deep.equal(['a', 'b', 'poison', 'poison', 'poison', 'c']);
  });

  it('do not wait for the commit of those before them, but calls do', async () => {
    const answered = gate();
    store.gate = answered;
    await told('a', 'slow', 'b');
    await clock.advance('10ms');
    expect([runs, store.commits.map(marks)]).to.deep.equal([['a', 'slow'], [1]]);
    let isIn = false;
    const added = book().add('last').then((all) => {
      isIn = true;
      return all;
    });
    const read = book().all();
    held.open();
    await clock.advance('10ms');
    expect([runs, isIn]).to.deep.equal([['a', 'slow'], false], 'nobody sees what is not saved, and nobody who waits for that is overtaken');
    answered.open();
    expect(await added).to.deep.equal(['first', 'a', 'slow', 'last']);
    expect(await read).to.include.members(['first', 'a', 'slow', 'last']);
    await clock.advance('10ms');
    expect(await book().all()).to.deep.equal(['first', 'a', 'slow', 'last', 'b']);
  });

  it('whose commit the store has not answered do not wait in the inbox: they would not be handled sooner there', async () => {
    const answered = gate();
    store.gate = answered;
    await told('a', 'b', 'c');
    await clock.advance('5s');
    expect(await store.inbox({ type: 'sc-book', key: 'book' }, 9)).to.deep.equal([]);
    answered.open();
    await clock.advance('10ms');
    expect(await book().all()).to.deep.equal(['first', 'a', 'b', 'c']);
  });

  it('do not go on where a former one turns out to have been handled before: they come again, without its effect', async () => {
    // The second one is known in the store, and the activation does not know that.
    let known: string | undefined;
    store.answer = ({ marks: all = [] }) => {
      const ids = all.flatMap(({ sender, ids: these }) => these.map((id) => `${sender}#${id}`));
      known ??= ids[1];
      return known !== undefined && ids.includes(known) ? { status: 'duplicate', operationId: known } : undefined;
    };
    await told('a', 'known', 'b');
    await clock.advance('5s');
    expect(await book().all()).to.deep.equal(['first', 'a', 'b']);
  });

  it('are all marked when the whole state is written anew after a failover', async () => {
    const answered = gate();
    store.gate = answered;
    await told('a', 'slow', 'b');
    await clock.advance('10ms');
    held.open();
    await clock.advance('10ms');
    let regressed = 0;
    store.answer = ({ version }) => (regressed++ === 0 ? { status: 'regressed', version } : undefined);
    answered.open();
    await clock.advance('10ms');
    expect(store.commits.map(marks)).to.deep.equal([1, 3]);
    expect(await book().all()).to.deep.equal(['first', 'a', 'slow', 'b']);
  });

  it('that come behind one that destroys the actor belong to its next life', async () => {
    await told('a', 'destroy', 'b');
    await clock.advance('5s');
    expect(await book().all()).to.deep.equal(['b']);
  });
});
