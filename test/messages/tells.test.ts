import { expect } from 'chai';
import { Actor, ActorEvent, Component, Delivery, On, ReadOnly, State, type ActorContext, type EventOrigin, type Handle } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { memorySilo, type TestSilo } from '../support/memory-silo.js';

@ActorEvent('ledger-paid')
class Paid {
  constructor(readonly amount: number) {}
}

@ActorEvent('ledger-unheard')
class Unheard {}

@Component({ name: 'Echo', isolation: 'inline' })
class Echo {
  @State() heard: number[] = [];
  @On(Paid) protected onPaid({ amount }: Paid): void {
    this.heard.push(amount);
  }
  note(amount: number): void {
    this.heard.push(amount);
  }
  @ReadOnly() all(): number[] {
    return this.heard;
  }
}

@Actor({ name: 'ledger', components: [Echo] })
class Ledger {
  @State() entries: string[] = [];
  @State() origins: string[] = [];
  private failures = 0;
  constructor(private readonly ctx: ActorContext<Ledger>) {}

  add(entry: string): void {
    this.entries.push(entry);
  }
  @Delivery({ attempts: 3, backoff: '1s' }) failTwice(entry: string): void {
    if (++this.failures < 3) throw new RangeError(`failure ${this.failures}`);
    this.entries.push(entry);
  }
  @Delivery({ attempts: 3, backoff: '1s' }) failFourTimes(entry: string): void {
    if (++this.failures < 5) throw new RangeError(`failure ${this.failures}`);
    this.entries.push(entry);
  }
  @Delivery({ attempts: 3, backoff: '1s' }) fail(): void {
    throw new RangeError('always');
  }
  @Delivery({ attempts: 3, backoff: '1s', order: 'relaxed' }) failRelaxed(): void {
    throw new RangeError('always');
  }
  async tellOthers(count: number, fails = false): Promise<void> {
    this.entries.push('told');
    for (let i = 0; i < count; i++) await this.ctx.actor(Ledger, 'target').tell.add(`${this.ctx.key}${i}`);
    if (fails) throw new RangeError('after telling');
  }
  async pass(entry: string): Promise<void> {
    this.entries.push(entry);
    await this.ctx.actor(Ledger, 'target').tell.add(entry);
  }
  @ReadOnly() async tellReading(): Promise<void> {
    await this.ctx.actor(Ledger, 'target').tell.add('never');
  }
  async pay(amount: number, fails = false): Promise<void> {
    this.entries.push(`paid ${amount}`);
    await this.ctx.emit(new Paid(amount));
    if (fails) throw new RangeError('after paying');
  }
  async listenTo(key: string): Promise<void> {
    await this.ctx.bind(this.ctx.actor(Ledger, key), Paid);
  }
  async leave(key: string): Promise<void> {
    await this.ctx.unbind(this.ctx.actor(Ledger, key), Paid);
  }
  @On(Paid) protected onPaid({ amount }: Paid, { type, key }: EventOrigin): void {
    this.entries.push(`heard ${amount}`);
    this.origins.push(`${type}/${key}`);
  }
  @ReadOnly() all(): string[] {
    return this.entries;
  }
  @ReadOnly() heardFrom(): string[] {
    return this.origins;
  }
}

describe('messages', () => {
  let clock: VirtualClock;
  let silo: TestSilo;
  const ledger = (key: string): Handle<Ledger> => silo.actor(Ledger, key);
  beforeEach(() => {
    clock = new VirtualClock();
    silo = memorySilo([Ledger], { clock, random: () => 0.5 });
  });
  afterEach(async () => {
    const stopped = silo.runtime.stop();
    await clock.advance(20_000);
    await stopped;
  });
  /** Lets time pass until the actor's entries are those, ten virtual seconds at most. */
  const until = async (key: string, expected: readonly string[]): Promise<void> => {
    let entries: string[] = [];
    for (let passed = 0; passed < 10_000; passed += 100) {
      await clock.advance(100);
      entries = await ledger(key).all();
      if (entries.length >= expected.length) break;
    }
    expect(entries).to.deep.equal(expected);
  };
  const letters = async (): Promise<readonly { error: object }[]> => (await silo.runtime.messages.letters.list()).letters.map(({ id: _, at: __, ...letter }) => letter);
  const numbered = (count: number, of: string): string[] => Array.from({ length: count }, (_, i) => `${of}${i}`);

  it('that a turn tells arrive once it is committed, in their order', async () => {
    await ledger('a').tellOthers(20);
    await until('target', numbered(20, 'a'));
    expect(await silo.store.outbox({ type: 'ledger', key: 'a' }, 100)).to.deep.equal([]);
  });

  it('of a turn that throws are never sent', async () => {
    expect(await ledger('a').tellOthers(3, true).catch((error: Error) => error.message)).to.equal('after telling');
    await ledger('b').tellOthers(1);
    await until('target', ['b0']);
    expect(await ledger('a').all()).to.deep.equal([]);
  });

  it('told outside a turn are stored when the promise resolves, and arrive in their order', async () => {
    const target = ledger('target');
    for (let i = 0; i < 5; i++) await target.tell.add(`x${i}`);
    await until('target', numbered(5, 'x'));
  });

  it('are refused in a turn that only reads', async () => {
    const error = await ledger('a').tellReading().catch((thrown: Error) => thrown);
    expect(error).to.have.property('name', 'ConfigurationError');
  });

  it('emitted go to those who are bound at the commit, and to nobody after unbind', async () => {
    await ledger('b').listenTo('a');
    await ledger('a').pay(1);
    await until('b', ['heard 1']);
    await ledger('b').leave('a');
    await ledger('a').pay(2);
    await ledger('a').pay(3, true).catch(() => undefined);
    await ledger('b').listenTo('a');
    await ledger('a').pay(4);
    await until('b', ['heard 1', 'heard 4']);
    expect(await ledger('b').heardFrom()).to.deep.equal(['ledger/a', 'ledger/a']);
  });

  it('emitted reach an actor and its component, each by its own mark', async () => {
    const echo = ledger('b').getComponent<Echo>('Echo');
    await ledger('b').listenTo('a');
    await ledger('a').bind(Paid, echo);
    await ledger('a').pay(7);
    await until('b', ['heard 7']);
    await clock.advance(100);
    expect(await echo.all()).to.deep.equal([7]);
    await ledger('b').getComponent<Echo>('Echo').tell.note(8);
    await clock.advance(1000);
    expect(await echo.all()).to.deep.equal([7, 8]);
  });

  it('that a handler throws at are run again after a growing pause, and what the same sender sent later waits', async () => {
    const target = ledger('target');
    await target.tell.failTwice('third time');
    await target.tell.add('after');
    await clock.advance(2900);
    expect(await target.all()).to.deep.equal([]);
    await until('target', ['third time', 'after']);
  });

  it('that fail to the last attempt are dead letters, and the rest of their sender goes on', async () => {
    const target = ledger('target');
    await target.tell.fail();
    await target.tell.add('after');
    await until('target', ['after']);
    expect(await letters()).to.deep.equal([{ target: { type: 'ledger', key: 'target' }, method: 'fail', attempts: 3, error: { name: 'RangeError', message: 'always' } }]);
    const [{ id }] = (await silo.runtime.messages.letters.list()).letters as unknown as [{ id: string }];
    expect(silo.log.lines.find(({ level }) => level === 'error')?.fields).to.include({ letter: id, method: 'fail', attempts: 3 });
    expect(await silo.store.inbox({ type: 'ledger', key: 'target' }, 9)).to.deep.equal([]);
  });

  it('that are dead letters are sent anew with all their attempts, once however often that is asked, or discarded', async () => {
    const target = ledger('target');
    await target.tell.failFourTimes('in the end');
    await clock.advance(5000);
    const [{ id }] = (await silo.runtime.messages.letters.list()).letters as unknown as [{ id: string }];
    expect(await Promise.all([silo.runtime.messages.letters.retry(id), silo.runtime.messages.letters.retry(id)])).to.include(true);
    await until('target', ['in the end']);
    await clock.advance(5000);
    expect(await target.all()).to.deep.equal(['in the end']);
    expect(await letters()).to.deep.equal([]);
    expect(await silo.runtime.messages.letters.retry(id)).to.equal(false);
    await target.tell.fail();
    await clock.advance(5000);
    const [{ id: second }] = (await silo.runtime.messages.letters.list()).letters as unknown as [{ id: string }];
    expect(await silo.runtime.messages.letters.discard(second)).to.equal(true);
    expect(await silo.runtime.messages.letters.count()).to.equal(0);
  });

  it('to methods and handlers that are not there are dead letters', async () => {
    await (ledger('target').tell as unknown as { nothing(): Promise<void> }).nothing();
    await ledger('target').send(new Unheard());
    await clock.advance(20_000);
    expect((await letters()).map(({ error }) => (error as Error).name)).to.deep.equal(['UnknownMethodError', 'UnknownMethodError']);
  });

  it('that are relaxed let the later ones pass while they wait', async () => {
    const target = ledger('target');
    await target.tell.failRelaxed();
    await target.tell.add('after');
    await clock.advance(500);
    expect(await target.all()).to.deep.equal(['after']);
    await clock.advance(5000);
    expect(await letters()).to.have.length(1);
  });

  it('that wait in the inbox are there once, however often they come again', async () => {
    await silo.actor(Ledger, 'target').tell.failTwice('late');
    await silo.actor(Ledger, 'target').tell.add('behind');
    await clock.advance('100ms');
    for (let i = 0; i < 5; i++) {
      await silo.queues.repeat();
      await clock.advance('10ms');
    }
    expect(await silo.store.inbox({ type: 'ledger', key: 'target' }, 10)).to.have.length(2);
    await clock.advance('10s');
    expect(await silo.actor(Ledger, 'target').all()).to.deep.equal(['late', 'behind']);
    expect(await silo.store.inbox({ type: 'ledger', key: 'target' }, 10)).to.deep.equal([]);
  });

  it('that come twice change the state once, and are passed on once', async () => {
    silo.queues.isDoubling = true;
    await ledger('a').tell.pass('once');
    await until('target', ['once']);
    await clock.advance(1000);
    expect([await ledger('a').all(), await ledger('target').all()]).to.deep.equal([['once'], ['once']]);
  });

  it('that come again to a later activation are known to it: the mark was committed with the effect', async () => {
    await ledger('a').tell.pass('once');
    await until('target', ['once']);
    for (const key of ['a', 'target']) await ledger(key).manage.deactivate();
    expect(await silo.queues.repeat()).to.equal(2);
    await clock.advance(1000);
    expect([await ledger('a').all(), await ledger('target').all()]).to.deep.equal([['once'], ['once']]);
  });
});
