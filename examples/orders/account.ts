import { Actor, ReadOnly, State, type ActorContext } from 'troupe';
import { Order, type Status } from './order.js';

@Actor({ name: 'account' })
export class Account {
  @State() cents: number | undefined;
  /** By order: what may be given back. */
  @State() charges: Record<string, number> = {};

  constructor(private readonly ctx: ActorContext<Account>) {}

  /** Idempotent. */
  open(cents: number): void {
    this.cents ??= cents;
  }

  pay(cents: number): void {
    this.cents = (this.cents ?? 0) + cents;
  }

  /** A refusal is a step too: what throws would end the saga where it is. */
  async charge(order: string, cents: number): Promise<Status> {
    const left = (this.cents ?? 0) - cents;
    if (left < 0) return this.ctx.tailCall(this.ctx.actor(Order, order)).declined(`${this.ctx.key} has too little`);
    this.cents = left;
    this.charges[order] = cents;
    return this.ctx.tailCall(this.ctx.actor(Order, order)).paid();
  }

  async refund(order: string): Promise<Status> {
    this.cents = (this.cents ?? 0) + this.charges[order]!;
    delete this.charges[order];
    return this.ctx.tailCall(this.ctx.actor(Order, order)).release();
  }

  @ReadOnly()
  balance(): { readonly cents: number; readonly spent: number } {
    return { cents: this.cents ?? 0, spent: Object.values(this.charges).reduce((sum, cents) => sum + cents, 0) };
  }
}
