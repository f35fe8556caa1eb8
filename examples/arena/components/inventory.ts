import { Component, On, Public, ReadOnly, State, type ComponentContext } from 'troupe';
import type { Arena } from '../actors/arena.js';
import { Died, Dropped, Won, type ItemKind } from '../shared.js';

const COIN_POINTS = 1;
const VICTORY_POINTS = 10;
/** So many coins fall out of a fighter who dies, if it has them. */
const PURSE = 5;

/** What a fighter has gathered. All that changes it but the use of a medkit comes as a message: once, whatever silo dies on the way. */
@Component({ isolation: 'inline' })
export class Inventory {
  @State() score = 0;
  @State() medkits = 0;

  constructor(private readonly ctx: ComponentContext<Inventory>) {}

  @Public({ for: 'self' })
  @ReadOnly()
  contents(): { score: number; medkits: number } {
    return { score: this.score, medkits: this.medkits };
  }

  /** The arena tells it. */
  pickUp(...kinds: ItemKind[]): void {
    for (const kind of kinds) {
      if (kind === 'coin') this.score += COIN_POINTS;
      else this.medkits += 1;
    }
    this.show();
  }

  /** The scoreboard sends it. */
  @On(Won)
  protected onWon(): void {
    this.score += VICTORY_POINTS;
    this.show();
  }

  /** The fighter's own health emits it. What it loses here lies in the arena then, in one commit. */
  @On(Died, { from: 'self' })
  protected async onDied(): Promise<void> {
    const dropped = new Dropped(Math.min(PURSE, this.score), this.medkits);
    if (dropped.coins + dropped.medkits === 0) return;
    this.score -= dropped.coins * COIN_POINTS;
    this.medkits = 0;
    this.show();
    await this.ctx.emit(dropped);
  }

  /** False when there is none. */
  takeMedkit(): boolean {
    if (this.medkits === 0) return false;
    this.medkits -= 1;
    this.show();
    return true;
  }

  private show(): void {
    this.ctx.actor<Arena>('arena', 'main').oneWay.update(String(this.ctx.owner), this.contents());
  }
}
