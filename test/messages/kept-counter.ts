// An actor of the tests of tail calls that keep their turn, and its component.
import { Actor, Component, Delivery, Interleave, ReadOnly, State, type ActorContext, type ComponentContext } from '../../sdk/index.js';

/** What the test looks at beside committed state, and what happens in the middle of a step. */
export const seen = {
  order: [] as string[],
  during: (_run: string): unknown => undefined,
  depths: [] as number[],
  reset(): void {
    Object.assign(this, { order: [], depths: [], during: () => undefined });
  },
};

@Component({ name: 'kept-part', isolation: 'inline' })
export class Part {
  @State() sum = 0;
  constructor(private readonly ctx: ComponentContext<Part, Counter>) {}
  add(who: string): void {
    seen.order.push(`part ${who}`);
    this.sum++;
  }
  async wait(who: string): Promise<void> {
    seen.order.push(`part ${who} begins`);
    await seen.during(`part ${who}`);
    await this.ctx.owner.add(`${who} by way of the part`);
    seen.order.push(`part ${who} ends`);
  }
  async step(n: number): Promise<number> {
    seen.order.push(`part step ${n}`);
    this.sum++;
    await seen.during(`part step ${n}`);
    return n === 0 ? this.sum : this.ctx.tailCall(this.ctx.owner, { keepTurn: true }).alternate(n - 1);
  }
}

@Actor({ name: 'kept-counter', components: [Part] })
export class Counter {
  @State() sum = 0;
  constructor(private readonly ctx: ActorContext<Counter>) {}
  add(who: string): number {
    seen.order.push(`add ${who}`);
    return ++this.sum;
  }
  @Delivery({ attempts: 3, backoff: '1s' }) async count(left: number): Promise<number> {
    seen.order.push(`step ${left}`);
    this.sum++;
    await seen.during(`step ${left}`);
    return left === 0 ? this.sum : this.ctx.tailCall(this.ctx.self, { keepTurn: true }).count(left - 1);
  }
  /** Each step ends in the stack in which it begins. */
  plain(left: number): number | Promise<number> {
    this.sum++;
    seen.depths.push(new Error().stack!.split('\n').length);
    seen.during(`plain ${left}`);
    return left === 0 ? this.sum : this.ctx.tailCall(this.ctx.self, { keepTurn: true }).plain(left - 1);
  }
  async alternate(n: number): Promise<number> {
    seen.order.push(`step ${n}`);
    this.sum++;
    return n === 0 ? this.sum : this.ctx.tailCall(this.ctx.get(Part)!, { keepTurn: true }).step(n - 1);
  }
  async leave(): Promise<number> {
    seen.order.push('leave');
    return this.ctx.tailCall(this.ctx.actor(Counter, 'other'), {}).count(0);
  }
  async destroyAfter(): Promise<number> {
    await this.ctx.destroy();
    return this.ctx.tailCall(this.ctx.self, { keepTurn: true }).count(0);
  }
  @Interleave() @ReadOnly() peek(): number {
    seen.order.push('peek');
    return this.sum;
  }
  @ReadOnly() read(): number {
    return this.sum;
  }
}
