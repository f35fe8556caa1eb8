import { Component, Public, ReadOnly, State, type ComponentContext } from 'troupe';
import type { Arena } from '../actors/arena.js';
import type { ItemKind } from '../shared.js';

const COIN_POINTS = 1;

/** What a fighter has gathered. */
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

  pickUp(kind: ItemKind): void {
    if (kind === 'coin') this.score += COIN_POINTS;
    else this.medkits += 1;
    this.show();
  }

  earn(points: number): void {
    this.score += points;
    this.show();
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
