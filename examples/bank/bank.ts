import { Actor, InvalidArgumentError, ReadOnly, Serializable, State, type ActorContext } from 'troupe';

@Serializable('transfer-refused') export class TransferRefused extends Error {}

@Actor({ name: 'account' })
export class Account {
  @State() cents: number | undefined;
  open(cents: number): void { this.cents ??= cents; }
  @ReadOnly() balance(): number { return this.cents ?? 0; }
  // These answer false where others throw: an answer is kept under the call's key, a throw is not, and a repeat must hear the same.
  withdraw(cents: number): boolean { return this.balance() >= cents && this.add(-cents); }
  deposit(cents: number): boolean { return this.cents !== undefined && this.add(cents); }
  private add(cents: number): true { this.cents = this.balance() + cents; return true; }
}

/** `transfer/<id>` moves money once. Three actors commit one after another: the order, saved first, and a key per step make it one. */
@Actor({ name: 'transfer' })
export class Transfer {
  @State() order: { from: string; to: string; cents: number; at: number } | undefined;
  @State() isDone = false;
  constructor(private readonly ctx: ActorContext<Transfer>) {}
  /** Writes the order down and moves nothing yet. One id is one order. */
  place(from: string, to: string, cents: number): void {
    const order = (this.order ??= { from, to, cents, at: Date.now() });
    const isSame = order.from === from && order.to === to && order.cents === cents;
    if (!isSame || !Number.isSafeInteger(cents) || cents <= 0) throw new InvalidArgumentError(`transfer ${this.ctx.key} has another order, or no amount`);
  }
  /** Moves the money. After any failure ask again: it goes on where it was. Not with an old order: accounts keep keys for an hour. */
  async settle(): Promise<void> {
    if (this.isDone) return;
    if (!this.order || Date.now() - this.order.at > 3_000_000) throw new TransferRefused(`transfer ${this.ctx.key} has no order, or an old one`);
    const { from, to, cents } = this.order;
    const step = (name: string, account: string) => this.ctx.actor(Account, account).with({ idempotencyKey: name });
    if (!(await step('withdraw', from).withdraw(cents))) throw new TransferRefused(`${from} has insufficient funds`);
    if ((this.isDone = await step('deposit', to).deposit(cents))) return;
    await step('refund', from).deposit(cents);
    throw new TransferRefused(`there is no account ${to}; ${from} has the money back`);
  }
}
