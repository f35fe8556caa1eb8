import { Actor, OnReminder, ReadOnly, State, type ActorContext, type Duration } from 'troupe';
import type { Account } from './account.js';
import type { Depot } from './depot.js';
import type { Stock } from './stock.js';

export interface Wish {
  readonly article: string;
  readonly count: number;
  readonly cents: number;
  readonly account: string;
  readonly address: string;
  readonly payWithin: Duration;
}

export type Status = 'new' | 'placed' | 'reserved' | 'paying' | 'paid' | 'shipped' | 'cancelling' | 'cancelled';

/**
 * `order/<id>`: stock is reserved, the account charged, a parcel shipped; what was done is undone when a later step is refused. The order alone knows
 * the way. Each of the others does one thing and hands back. A step hands over by a tail call, which is saved with what the step did: whatever silo
 * dies, the saga goes on with the one step that was not saved yet, and none is done twice. Nobody has to ask again.
 */
@Actor({ name: 'order' })
export class Order {
  @State() wish: Wish | undefined;
  @State() status: Status = 'new';
  @State() why = '';

  constructor(private readonly ctx: ActorContext<Order>) {}

  /** The caller gets what the last step returns: `reserved`, or `cancelled`. Placed again it says how it is. */
  async place(wish: Wish): Promise<Status> {
    if (this.wish) return this.status;
    this.wish = wish;
    this.status = 'placed';
    return this.ctx.tailCall(this.stock).reserve(this.ctx.key, wish.count);
  }

  /** By the stock. Somebody has to pay now, and a reminder cancels the order if nobody does: no process need live so long. */
  async reserved(): Promise<Status> {
    await this.ctx.remind('unpaid', { in: this.wish!.payWithin });
    return (this.status = 'reserved');
  }

  /** The caller gets `shipped`, `cancelled`, or `reserved` when the account has too little. */
  async pay(): Promise<Status> {
    if (this.status !== 'reserved') return this.status;
    this.status = 'paying';
    return this.ctx.tailCall(this.account).charge(this.ctx.key, this.wish!.cents);
  }

  /** By the account. There is time left to fill it. */
  declined(why: string): Status {
    this.why = why;
    return (this.status = 'reserved');
  }

  /** By the account. */
  async paid(): Promise<Status> {
    await this.ctx.cancelReminder('unpaid');
    this.status = 'paid';
    const { article, count, address } = this.wish!;
    return this.ctx.tailCall(this.ctx.actor<Depot>('depot', 'main')).ship(this.ctx.key, `${count} ${article}`, address);
  }

  /** By the depot: the parcel is on its way, and what was reserved is gone. */
  async shipped(): Promise<Status> {
    this.status = 'shipped';
    this.why = '';
    return this.ctx.tailCall(this.stock).handOut(this.ctx.key);
  }

  /** By the depot. Backwards: the money first, then the stock. */
  async undeliverable(why: string): Promise<Status> {
    this.why = why;
    this.status = 'cancelling';
    return this.ctx.tailCall(this.account).refund(this.ctx.key);
  }

  /** By the account, or because nobody has paid. */
  async release(): Promise<Status> {
    this.status = 'cancelling';
    return this.ctx.tailCall(this.stock).release(this.ctx.key);
  }

  /** By the stock: nothing is left of it there. */
  cancelled(why = this.why): Status {
    this.why = why;
    return (this.status = 'cancelled');
  }

  @OnReminder('unpaid')
  protected async onUnpaid(): Promise<unknown> {
    // One turn after the other: whoever came first, the payment or this, decides.
    if (this.status === 'paying') return this.ctx.remind('unpaid', { in: '1s' });
    if (this.status !== 'reserved') return undefined;
    this.why = 'not paid in time';
    return this.release();
  }

  @ReadOnly()
  look(): { readonly status: Status; readonly why: string } {
    return { status: this.status, why: this.why };
  }

  private get stock() {
    return this.ctx.actor<Stock>('stock', this.wish!.article);
  }

  private get account() {
    return this.ctx.actor<Account>('account', this.wish!.account);
  }
}
