import { Actor, ReadOnly, State, type ActorContext } from 'troupe';
import { Order, type Status } from './order.js';

/** `stock/<article>`: what is there of it. Each step comes once, so that nothing here asks whether it was here before. */
@Actor({ name: 'stock' })
export class Stock {
  @State() free: number | undefined;
  @State() reserved: Record<string, number> = {};
  @State() handedOut = 0;

  constructor(private readonly ctx: ActorContext<Stock>) {}

  /** Idempotent. */
  open(count: number): void {
    this.free ??= count;
  }

  async reserve(order: string, count: number): Promise<Status> {
    const free = this.free ?? 0;
    if (free < count) return this.ctx.tailCall(this.ctx.actor(Order, order)).cancelled('out of stock');
    this.free = free - count;
    this.reserved[order] = count;
    return this.ctx.tailCall(this.ctx.actor(Order, order)).reserved();
  }

  async release(order: string): Promise<Status> {
    this.free = (this.free ?? 0) + this.reserved[order]!;
    delete this.reserved[order];
    return this.ctx.tailCall(this.ctx.actor(Order, order)).cancelled();
  }

  /** The last step of an order that went well: what it returns is what who paid gets. */
  handOut(order: string): Status {
    this.handedOut += this.reserved[order]!;
    delete this.reserved[order];
    return 'shipped';
  }

  @ReadOnly()
  count(): { readonly free: number; readonly reserved: number; readonly handedOut: number } {
    return { free: this.free ?? 0, reserved: Object.values(this.reserved).reduce((sum, count) => sum + count, 0), handedOut: this.handedOut };
  }
}
