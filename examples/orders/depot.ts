import { Actor, ReadOnly, State, type ActorContext } from 'troupe';
import { Order, type Status } from './order.js';

@Actor({ name: 'depot' })
export class Depot {
  @State() parcels: string[] = [];

  constructor(private readonly ctx: ActorContext<Depot>) {}

  /** Whoever sends real parcels gives the carrier the order's id to know it again by: its answer may be lost, and this turn run again. */
  async ship(order: string, content: string, address: string): Promise<Status> {
    if (address === '') return this.ctx.tailCall(this.ctx.actor(Order, order)).undeliverable('there is no such address');
    this.parcels.push(`${order}: ${content} to ${address}`);
    return this.ctx.tailCall(this.ctx.actor(Order, order)).shipped();
  }

  @ReadOnly()
  list(): readonly string[] {
    return this.parcels;
  }
}
