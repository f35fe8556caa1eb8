// The example of the public contract (api.md §1), word for word but for its imports and the underscores of unused parameters: a change that breaks it breaks users.
import {
  Actor, Component, State, ActorEvent, On, Every, Public, ReadOnly, Serializable,
  type ActorContext, type ComponentContext, type EventOrigin, type OnActivate, type OnDisconnect,
} from '../../sdk/index.js';
import { z } from 'zod';
import type { Arena } from './api-arena.js';

@Serializable('vec2') export class Vec2 { constructor(public x = 0, public y = 0) {} length() { return Math.hypot(this.x, this.y); } }
@Public() @ActorEvent('died') export class Died { constructor(public readonly by: string) {} }
@Public() @ActorEvent('moved') export class Moved { constructor(public readonly to: Vec2) {} }
const vec2 = z.object({ x: z.number(), y: z.number() }).transform((v) => new Vec2(v.x, v.y));

@Component({ isolation: 'worker', tags: ['vital'] })
export class Health {
  @State() hp = 100;
  constructor(private readonly ctx: ComponentContext<Health>) {}
  @Public() @ReadOnly() level(): number { return this.hp; }
  async damage(amount: number, by: string): Promise<number> {
    this.hp = Math.max(0, this.hp - amount);
    if (this.hp === 0) await this.ctx.emit(new Died(by));
    return this.hp;
  }
}

@Actor({ name: 'player', components: [Health], placement: 'prefer-local', idleAfter: '15m' })
export class Player implements OnActivate, OnDisconnect {
  @State({ save: 'lazy' }) position = new Vec2();
  @State() lives = 3;
  constructor(private readonly ctx: ActorContext<Player>) {}
  async onActivate(): Promise<void> { this.ctx.log.info('awake'); }
  @Public({ args: [vec2] }) async move(to: Vec2): Promise<void> { this.position = to; await this.ctx.emit(new Moved(to), { live: true }); }
  async strike(other: string): Promise<number> { return this.ctx.actor(Player, other).getComponent(Health).damage(10, this.ctx.key); }
  async onDisconnect(): Promise<void> { await this.ctx.actor<Arena>('arena', 'main').leave(this.ctx.self); }
  @On(Died, { from: 'self' }) protected async onDied(_event: Died, _origin: EventOrigin): Promise<void> { this.lives -= 1; }
  @Every('50ms') protected async tick(_elapsedMs: number): Promise<void> {}
}
