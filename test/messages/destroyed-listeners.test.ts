// What waits for an actor when it is destroyed (N6 in silo/messages/inbox.ts) is given up; what comes later is for its next life.
import { expect } from 'chai';
import { Actor, ActorEvent, Delivery, On, OnReminder, ReadOnly, SiloUnavailableError, State, type ActorContext, type BroadcastResult, type Handle } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, memorySilo, type TestSilo } from '../support/memory-silo.js';

@ActorEvent('dlst-called')
class Called {}

const world = { isDeaf: true };

@Actor({ name: 'dlst-hearer' })
class Hearer {
  @State() heard: string[] = [];
  constructor(private readonly ctx: ActorContext<Hearer>) {}

  @Delivery({ attempts: 100, backoff: '1s' }) hear(word: string): void {
    if (world.isDeaf) throw new SiloUnavailableError(`cannot hear '${word}'`);
    this.heard.push(word);
  }
  @On(Called, { attempts: 100, backoff: '1s', order: 'relaxed' }) protected onCalled(): void {
    this.hear('a call');
  }
  async remind(): Promise<void> {
    await this.ctx.remind('late', { in: '1s' });
  }
  @OnReminder('late') protected onLate(): void {
    this.hear('a reminder');
  }
  async leave(): Promise<void> {
    await this.ctx.destroy();
  }
  @ReadOnly() all(): string[] {
    return this.heard;
  }
}

@Actor({ name: 'dlst-crier' })
class Crier {
  constructor(private readonly ctx: ActorContext<Crier>) {}
  async whisper(...words: string[]): Promise<void> {
    for (const word of words) await this.ctx.actor(Hearer, 'h').tell.hear(word);
  }
  async cry(): Promise<string> {
    return (await this.ctx.emit(new Called(), { receipts: true })).id;
  }
  async pass(): Promise<void> {
    return this.ctx.tailCall(this.ctx.actor(Hearer, 'h')).hear('passed');
  }
}

describe('messages that wait for an actor when it is destroyed', () => {
  let clock: VirtualClock;
  let silo: TestSilo;
  beforeEach(() => {
    world.isDeaf = true;
    clock = new VirtualClock();
    silo = memorySilo([Hearer, Crier], { clock, random: () => 0.5 });
  });
  afterEach(() => clock.until(silo.runtime.stop(), '1s'));

  const ID = { type: 'dlst-hearer', key: 'h' };
  const hearer = (): Handle<Hearer> => silo.actor(Hearer, 'h');
  const crier = (): Handle<Crier> => silo.actor(Crier, 'c');
  const letters = async () => (await silo.runtime.messages.letters.list()).letters;
  const outbox = () => silo.store.outbox({ type: 'dlst-crier', key: 'c' }, 10);
  const nextLife = async (): Promise<readonly string[]> => {
    world.isDeaf = false;
    await clock.advance('2m');
    return clock.until(hearer().all());
  };

  for (const [how, destroy] of [
    ['by its handle', () => hearer().manage.destroy()],
    ['by itself', () => hearer().leave()],
    ['while it sleeps', () => {
      silo.runtime.catalog.get(ID)!.lose('the test says so');
      return hearer().manage.destroy();
    }],
  ] as const) {
    it(`are dead letters, and do not run in its next life (${how})`, async () => {
      await crier().whisper('a', 'b');
      await clock.advance('2500ms');
      expect(await silo.store.inbox(ID, 10)).to.have.length(2);
      await clock.until(destroy());
      await clock.advance('1s');
      expect((await letters()).map(({ method, error }) => [method, error.name, error.message]).sort()).to.deep.equal(Array.from({ length: 2 }, () =>
        ['hear', 'CancelledError', 'dlst-hearer/h: the actor was destroyed before it had handled the message']));
      expect(await outbox(), 'settled').to.deep.equal([]);
      expect(await nextLife()).to.deep.equal([]);
      expect(await silo.store.inbox(ID, 10)).to.deep.equal([]);
      for (const { id } of await letters()) await silo.runtime.messages.letters.retry(id);
      expect([...(await nextLife())].sort(), 'sent anew, in the next life').to.deep.equal(['a', 'b']);
    });
  }

  it('wake nobody any more', async () => {
    await crier().whisper('a', 'b');
    await clock.until(hearer().remind());
    await clock.advance('5s');
    await clock.until(hearer().manage.destroy());
    expect(await silo.store.inbox(ID, 10)).to.deep.equal([]);
    await clock.advance('1m');
    expect(silo.runtime.catalog.get(ID)).to.equal(undefined);
  });

  it('keep nobody from it while it sleeps and no dead letter can be stored: that is seen to later', async () => {
    await crier().whisper('a');
    await clock.advance('2500ms');
    silo.runtime.catalog.get(ID)!.lose('the test says so');
    const { deadLetters } = silo.runtime.messages.records;
    const add = deadLetters.add.bind(deadLetters);
    deadLetters.add = () => Promise.reject(new Error('out of reach'));
    await clock.until(hearer().manage.destroy(), '5s');
    expect(await clock.until(hearer().all(), '1s')).to.deep.equal([]);
    deadLetters.add = add;
    await clock.advance('1m');
    expect((await letters()).map(({ method }) => method)).to.deep.equal(['hear']);
  });

  it('have failed in the receipts of a broadcast', async () => {
    await clock.until(crier().bind(Called, hearer()));
    const id = await clock.until(crier().cry());
    await clock.advance('2500ms');
    await clock.until(hearer().manage.destroy());
    const { delivered, failed }: BroadcastResult = await clock.until(silo.runtime.messages.receipts.result(id, 'processed'), '100ms');
    expect([delivered, failed.map(({ listener, error }) => [listener, error.message])]).to.deep.equal(
      [0, [['dlst-hearer/h', 'dlst-hearer/h: the actor was destroyed before it had handled the message']]]);
  });

  it('end the chain of tail calls whose step one of them is', async () => {
    const passing = failure(crier().pass());
    await clock.advance('2500ms');
    await clock.until(hearer().manage.destroy());
    expect((await clock.until(passing)).message).to.include('the actor was destroyed before it had handled the message');
  });

  it('go with it where they are firings of its reminders', async () => {
    await clock.until(hearer().remind());
    await clock.advance('1150ms');
    await clock.until(hearer().manage.destroy());
    expect([await nextLife(), await letters()]).to.deep.equal([[], []]);
  });

  it('and what is told later is for its next life', async () => {
    await crier().whisper('a');
    await clock.advance('2500ms');
    await clock.until(hearer().manage.destroy());
    await crier().whisper('b');
    expect(await nextLife()).to.deep.equal(['b']);
  });
});
