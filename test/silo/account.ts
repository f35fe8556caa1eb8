// The actors that the tests of units of work share.
import { Actor, ActorEvent, Component, On, ReadOnly, Serializable, State, type ActorContext, type ComponentContext, type EventOrigin } from '../../sdk/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import type { CommitRequest, CommitResult } from '../../protocol/ports/index.js';

@ActorEvent('uow-changed')
export class Changed {
  constructor(readonly total: number) {}
}

@Serializable('uow-point')
export class Point {
  constructor(public x = 0, public y = 0) {}
}

@Component({ name: 'Purse', isolation: 'inline' })
export class Purse {
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

export const handled: { total: number; origin: EventOrigin }[] = [];
export const handler = { failures: 0 };

@Actor({ name: 'account', components: [Purse] })
export class Account {
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
    if (handler.failures-- > 0) throw new Error('handler is not ready');
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
export class WatchedStore extends MemoryStateStore {
  readonly commits: CommitRequest[] = [];
  answer: ((result: CommitResult) => Promise<CommitResult>) | undefined;
  override async commit(request: CommitRequest): Promise<CommitResult> {
    this.commits.push(request);
    const result = await super.commit(request);
    return this.answer ? this.answer(result) : result;
  }
}

