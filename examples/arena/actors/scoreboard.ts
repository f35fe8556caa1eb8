import { Actor, On, Public, ReadOnly, State, type ActorContext, type EventOrigin } from 'troupe';
import { Inventory } from '../components/inventory.js';
import { Died, Fell, Won } from '../shared.js';
import type { Fighter } from './fighter.js';

const LISTED = 6;

/**
 * Counts the dead and has the winners paid. Every fighter's `Died` is bound to it. A death is saved with the health that it ended, counted once, and
 * the winner's `Won` is saved with the count: kill any silo between the three, and no death and no point is missing or there twice.
 */
@Actor({ name: 'scoreboard' })
export class Scoreboard {
  @State() deaths = 0;
  @State() latest: Fell[] = [];

  constructor(private readonly ctx: ActorContext<Scoreboard>) {}

  /** The last of the dead, and how many there were. */
  @Public()
  @ReadOnly()
  last(): readonly Fell[] {
    return this.latest;
  }

  @On(Died)
  protected async onDied({ by }: Died, { type, key }: EventOrigin): Promise<void> {
    this.deaths += 1;
    const fell = new Fell(this.deaths, `${type}/${key}`, by);
    this.latest = [...this.latest, fell].slice(-LISTED);
    const slash = by.indexOf('/');
    if (slash > 0) await this.ctx.actor<Fighter>(by.slice(0, slash), by.slice(slash + 1)).getComponent(Inventory).send(new Won(fell.who));
    // Nobody is bound to it; pages hear it live.
    await this.ctx.emit(fell);
  }
}
