import { ComponentCrashedError, Every, On, Public, type ActorContext, type EntityClass, type Handle, type Timer } from 'troupe';
import { Burning } from '../components/burning.js';
import { Health } from '../components/health.js';
import { Inventory } from '../components/inventory.js';
import { Movement } from '../components/movement.js';
import { Died } from '../shared.js';
import { freeSpot } from '../world.js';
import type { Arena } from './arena.js';

const MEDKIT_HP = 40;
/** A fire burns so often: for 3 seconds after the lava. */
const FUEL = 6;

/** What players and bots share: three components, a fourth while they burn; how they fight, die and come back. Decorated members are inherited. */
export abstract class Fighter {
  static readonly parts = [Movement, Health, Inventory];
  private respawning: Timer | undefined;

  constructor(protected readonly ctx: ActorContext<Fighter>) {}

  /** Joins the arena as what the components know. Idempotent: the arena asks for it again when it has been away. */
  async enter(): Promise<void> {
    try {
      const [stance, hp, contents] = await Promise.all([this.part(Movement).stance(), this.part(Health).level(), this.part(Inventory).contents()]);
      await this.arena.join(this.ctx.self, { ...stance, hp, ...contents, burning: this.ctx.get(Burning) !== undefined });
      if (hp === 0) this.respawnSoon();
    } catch (error) {
      this.whenBack(error, () => this.enter());
    }
  }

  /** Hits everybody within reach. */
  @Public({ for: 'self' })
  async strike(): Promise<void> {
    await this.arena.strike(this.name);
  }

  /** Turns a medkit into health. One unit of work: both components change, or neither. False when there is none, or no need. */
  @Public({ for: 'self' })
  async useMedkit(): Promise<boolean> {
    const hp = await this.part(Health).level();
    if (hp === 0 || hp === 100 || !(await this.part(Inventory).takeMedkit())) return false;
    await this.part(Health).heal(MEDKIT_HP);
    return true;
  }

  /** Catches fire: a component that it has from now on, until that takes itself away. Its tag is how others find who burns. Idempotent. */
  async ignite(): Promise<void> {
    if (!this.ctx.get(Burning)) await this.ctx.addComponent(Burning, { args: [FUEL], tags: ['burning'] });
  }

  /** Health, a component of this actor, emits it: the actor hears its own parts. */
  @On(Died, { from: 'self' })
  protected onDied(event: Died): void {
    this.ctx.get(Burning)?.oneWay.quench();
    this.arena.oneWay.defeatedBy(event.by);
    this.respawnSoon();
  }

  /** Tells the arena on which silo it runs: after a silo's death it is another one. */
  @Every('1s')
  protected async tellSilo(): Promise<void> {
    const here = await this.ctx.self.manage.activation();
    if (here) this.arena.oneWay.seenOn(this.name, here.silo);
  }

  protected get arena(): Handle<Arena> {
    return this.ctx.actor<Arena>('arena', 'main');
  }

  /** `player/ada`: how the arena calls it. */
  protected get name(): string {
    return String(this.ctx.self);
  }

  protected part<C extends object>(component: EntityClass<C>): Handle<C> {
    return this.ctx.self.getComponent(component);
  }

  private respawnSoon(): void {
    this.respawning ??= this.ctx.timer(() => this.respawn(), { due: '3s' });
  }

  private async respawn(): Promise<void> {
    this.respawning = undefined;
    await this.part(Movement).settle(freeSpot());
    try {
      await this.part(Health).restore();
    } catch (error) {
      return this.whenBack(error, () => this.respawn());
    }
    await this.enter();
  }

  /** Health may be away for a moment, or for half a minute after many crashes: what needs it is tried again. */
  private whenBack(error: unknown, again: () => Promise<void>): void {
    if (!(error instanceof ComponentCrashedError)) throw error;
    this.ctx.timer(again, { due: '1s' });
  }
}
