import { Component, ComponentCrashedError, Every, State, type ComponentContext, type OnActivate, type OnDeactivate } from 'troupe';
import type { Arena } from '../actors/arena.js';
import { Health } from './health.js';

const BURN_HP = 4;

/** A fire on a fighter, who gets it in the lava and has it for a while, wherever it runs, also on another silo. Then the fire takes itself away. */
@Component({ isolation: 'worker' })
export class Burning implements OnActivate, OnDeactivate {
  /** How often it burns before it goes out. */
  @State() fuel: number;

  constructor(private readonly ctx: ComponentContext<Burning>) {
    this.fuel = Number(ctx.args[0]);
  }

  onActivate(): void {
    this.show(true);
  }

  onDeactivate(): void {
    this.show(false);
  }

  /** In lava again. */
  refuel(): void {
    this.fuel = Number(this.ctx.args[0]);
  }

  /** Goes out now. Nobody waits for it: it waits for the fighter itself. */
  async quench(): Promise<void> {
    await this.ctx.removeComponent(this.ctx.self);
  }

  @Every('500ms')
  protected async burn(): Promise<void> {
    if (this.fuel <= 0) return this.quench();
    this.fuel -= 1;
    await this.ctx.get(Health)?.damage(BURN_HP, 'lava').catch(ignoreCrash);
  }

  private show(burning: boolean): void {
    this.ctx.actor<Arena>('arena', 'main').oneWay.update(String(this.ctx.owner), { burning });
  }
}

/** Fire burns on while the health that it costs is away. */
function ignoreCrash(error: unknown): void {
  if (!(error instanceof ComponentCrashedError)) throw error;
}
