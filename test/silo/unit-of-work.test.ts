import { expect } from 'chai';
import { Actor, ActorEvent, Component, InvalidArgumentError, On, RateLimitedError, ReadOnly, Serializable, State, StaleEpochError, type ActorContext, type ComponentContext, type EventOrigin } from '../../sdk/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import type { CommitRequest, CommitResult, StateStore } from '../../protocol/ports/index.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

@ActorEvent('uow-changed')
class Changed {
  constructor(readonly total: number) {}
}

@Serializable('uow-point')
class Point {
  constructor(public x = 0, public y = 0) {}
}

@Component({ name: 'Purse', isolation: 'inline' })
class Purse {
  @State() coins = 0;
  constructor(private readonly ctx: ComponentContext<Purse, Account>) {}
  add(amount: number): number {
    this.coins += amount;
    return this.coins;
  }
  async addAndTellOwner(amount: number): Promise<number> {
    this.coins += amount;
    return this.ctx.owner.note(`added ${amount}`);
  }
  @ReadOnly() get(): number {
    return this.coins;
  }
}

const handled: { total: number; origin: EventOrigin }[] = [];
let failHandler = 0;

@Actor({ name: 'account', components: [Purse] })
class Account {
  @State() balance = 0;
  @State() notes: string[] = [];
  @State() where = new Point();
  @State({ save: 'lazy' }) seen = 0;
  constructor(private readonly ctx: ActorContext<Account>) {}
  deposit(amount: number): number {
    this.balance += amount;
    return this.balance;
  }
  note(text: string): number {
    return this.notes.push(text);
  }
  async depositBoth(amount: number, thenFail: boolean): Promise<void> {
    this.balance += amount;
    await this.ctx.self.getComponent(Purse).add(amount);
    this.notes.push('both');
    this.where.x += 1;
    if (thenFail) throw new RangeError('too much');
  }
  async addThroughPurse(amount: number): Promise<number> {
    return this.ctx.self.getComponent(Purse).addAndTellOwner(amount);
  }
  async emitAndMaybeFail(thenFail: boolean): Promise<void> {
    this.balance += 1;
    await this.ctx.emit(new Changed(this.balance));
    if (thenFail) throw new Error('no');
  }
  @On(Changed, { from: 'self' }) protected onChanged(event: Changed, origin: EventOrigin): void {
    if (failHandler-- > 0) throw new Error('handler is not ready');
    handled.push({ total: event.total, origin });
    this.notes.push(`changed to ${event.total}`);
  }
  setWhere(plain: object): void {
    this.where = plain as Point;
  }
  see(): number {
    return ++this.seen;
  }
  @ReadOnly() get(): { balance: number; notes: string[]; x: number; seen: number; isPoint: boolean } {
    return { balance: this.balance, notes: this.notes, x: this.where.x, seen: this.seen, isPoint: this.where instanceof Point };
  }
}

/** Counts commits and can stand between a commit and its answer. */
class WatchedStore extends MemoryStateStore {
  readonly commits: CommitRequest[] = [];
  answer: ((result: CommitResult) => Promise<CommitResult>) | undefined;
  override async commit(request: CommitRequest): Promise<CommitResult> {
    this.commits.push(request);
    const result = await super.commit(request);
    return this.answer ? this.answer(result) : result;
  }
}

describe('the unit of work', () => {
  beforeEach(() => {
    handled.length = 0;
    failHandler = 0;
  });

  it('commits an actor and its components in one commit with only the changed fields', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    await actor(Account, 'a').depositBoth(5, false);
    expect(store.commits).to.have.length(1);
    expect([...store.commits[0]!.fields.keys()].sort()).to.deep.equal(['Purse:coins', 'balance', 'notes', 'where']);
    await actor(Account, 'a').deposit(1);
    expect([...store.commits[1]!.fields.keys()]).to.deep.equal(['balance']);
    await runtime.stop();
  });

  it('leaves nothing of a unit whose outermost turn throws, in the actor and in its components', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    const account = actor(Account, 'a');
    await account.depositBoth(5, false);
    const error = await failure(account.depositBoth(7, true));
    expect(error).to.be.instanceOf(RangeError);
    expect(error.message).to.equal('too much');
    expect(await account.get()).to.deep.equal({ balance: 5, notes: ['both'], x: 1, seen: 0, isPoint: true });
    expect(await account.getComponent(Purse).get()).to.equal(5);
    expect(store.commits).to.have.length(1);
    await runtime.stop();
  });

  it('restores state in the next activation exactly, classes included', async () => {
    const store = new MemoryStateStore();
    const first = memorySilo([Account], { store });
    await first.actor(Account, 'a').depositBoth(5, false);
    await first.actor(Account, 'a').see();
    await first.runtime.stop();
    const second = memorySilo([Account], { store });
    expect(await second.actor(Account, 'a').get()).to.deep.equal({ balance: 5, notes: ['both'], x: 1, seen: 1, isPoint: true });
    await second.runtime.stop();
  });

  it('includes what a component calls back on its owner', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    expect(await actor(Account, 'a').addThroughPurse(3)).to.equal(1);
    expect(store.commits).to.have.length(1);
    await runtime.stop();
  });

  it('replies only after the commit, and shows nobody what is not committed', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    const account = actor(Account, 'a');
    const reached = gate();
    const hold = gate();
    store.answer = async (result) => {
      reached.open();
      await hold.opened;
      return result;
    };
    const events: string[] = [];
    const deposit = account.deposit(5).then(() => events.push('replied'));
    await reached.opened;
    const read = account.get().then(({ balance }) => events.push(`read ${balance}`));
    await new Promise<void>((resolve) => void setImmediate(resolve));
    expect(events).to.deep.equal([]);
    store.answer = undefined;
    hold.open();
    await Promise.all([deposit, read]);
    expect(events).to.have.members(['replied', 'read 5']);
    await runtime.stop();
  });

  it('writes nothing for a turn that changed nothing', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    await actor(Account, 'a').deposit(0);
    expect(store.commits).to.have.length(0);
    await runtime.stop();
  });

  it('answers StaleEpochError and drops the activation when its commit is fenced', async () => {
    const store = new MemoryStateStore();
    const first = memorySilo([Account], { store });
    const second = memorySilo([Account], { store });
    await first.actor(Account, 'a').deposit(1);
    await second.actor(Account, 'a').deposit(10);
    expect(await failure(first.actor(Account, 'a').deposit(100))).to.be.instanceOf(StaleEpochError);
    expect((await second.actor(Account, 'a').get()).balance).to.equal(11);
    expect((await first.actor(Account, 'a').get()).balance).to.equal(11);
    await Promise.all([first.runtime.stop(), second.runtime.stop()]);
  });

  it('asks for a lost answer again with the same commit id, and the change happens once', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    let lost = 0;
    store.answer = (result) => (lost++ < 2 ? Promise.reject(new Error('the connection broke')) : Promise.resolve(result));
    expect(await actor(Account, 'a').deposit(5)).to.equal(5);
    expect(new Set(store.commits.map(({ commitId }) => commitId)).size).to.equal(1);
    expect((await actor(Account, 'a').get()).balance).to.equal(5);
    await runtime.stop();
  });

  it('refuses a plain object in a field that held an instance of a serializable class', async () => {
    const { actor, runtime } = memorySilo([Account]);
    const error = await failure(actor(Account, 'a').setWhere({ x: 1, y: 2 }));
    expect(error).to.be.instanceOf(InvalidArgumentError);
    expect(error.path).to.equal('Account.where');
    expect((await actor(Account, 'a').get()).isPoint).to.equal(true);
    await runtime.stop();
  });

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

  describe('events to own handlers', () => {
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
      failHandler = Infinity;
      await first.actor(Account, 'a').emitAndMaybeFail(false);
      first.runtime.abandon('the silo died');
      failHandler = 0;
      const second = memorySilo([Account], { store: store as StateStore });
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
});
