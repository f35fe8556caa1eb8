import { Component, ReadOnly, State, type ComponentContext } from 'troupe';
import type { Arena } from '../actors/arena.js';
import { Died, MAX_HP } from '../shared.js';

/** How alive a fighter is. Nothing here is public: clients cannot heal themselves or hurt others. */
@Component({ isolation: 'inline' })
export class Health {
  @State() hp = MAX_HP;

  constructor(private readonly ctx: ComponentContext<Health>) {}

  @ReadOnly()
  level(): number {
    return this.hp;
  }

  /** Takes `amount` away. The dead feel nothing. */
  async damage(amount: number, by: string): Promise<void> {
    if (this.hp === 0) return;
    this.change(-amount);
    if (this.hp === 0) await this.ctx.emit(new Died(by));
  }

  /** Gives `amount` to the living. */
  heal(amount: number): void {
    if (this.hp > 0) this.change(amount);
  }

  /** Full health again, also for the dead. */
  restore(): void {
    this.change(MAX_HP);
  }

  private change(amount: number): void {
    this.hp = Math.min(MAX_HP, Math.max(0, this.hp + amount));
    this.ctx.actor<Arena>('arena', 'main').oneWay.update(String(this.ctx.owner), { hp: this.hp });
  }
}
