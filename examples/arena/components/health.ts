import { Component, Public, ReadOnly, State, type ComponentContext } from 'troupe';
import { z } from 'zod';
import type { Arena } from '../actors/arena.js';
import { MISHAPS, type Mishap } from '../mishaps.js';
import { Died, MAX_HP } from '../shared.js';

const mishap = z.enum(Object.keys(MISHAPS) as [Mishap, ...Mishap[]]);

/**
 * How alive a fighter is. It runs in a thread, one for the health of all fighters of a silo: whatever it does there, the game goes on.
 * Clients can look, and crash their own; they cannot heal themselves or hurt others.
 */
@Component({ isolation: 'worker', turnLimit: '1s', memoryLimitMb: 64 })
export class Health {
  @State() hp = MAX_HP;

  constructor(private readonly ctx: ComponentContext<Health>) {}

  @Public({ for: 'any' })
  @ReadOnly()
  level(): number {
    return this.hp;
  }

  /** Takes `amount` away; what is left. The dead feel nothing. */
  async damage(amount: number, by: string): Promise<number> {
    if (this.hp === 0) return 0;
    this.change(-amount);
    if (this.hp === 0) await this.ctx.emit(new Died(by));
    return this.hp;
  }

  /** Gives `amount` to the living. */
  heal(amount: number): void {
    if (this.hp > 0) this.change(amount);
  }

  /** Full health again, for the dead. The arena hears of it when its fighter enters, in another place than where it died. */
  restore(): void {
    this.hp = MAX_HP;
  }

  /** The page's button. The thread dies of it, and with it what this turn has changed: health is again what was committed last. */
  @Public({ for: 'self', args: [mishap] })
  async crash(how: Mishap): Promise<void> {
    this.hp = 0;
    await MISHAPS[how]();
  }

  private change(amount: number): void {
    this.hp = Math.min(MAX_HP, Math.max(0, this.hp + amount));
    this.ctx.actor<Arena>('arena', 'main').oneWay.update(String(this.ctx.owner), { hp: this.hp });
  }
}
