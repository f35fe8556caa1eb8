import { Every, On, Public, type ActorContext, type EntityClass, type Handle, type Timer } from 'troupe';
import { Health } from '../components/health.js';
import { Inventory } from '../components/inventory.js';
import { Movement } from '../components/movement.js';
import { Died } from '../shared.js';
import { freeSpot } from '../world.js';
import type { Arena } from './arena.js';

const MEDKIT_HP = 40;

/** What players and bots share: three components, and how they fight, die and come back. Decorated members are inherited. */
export abstract class Fighter {
  static readonly parts = [Movement, Health, Inventory];
  private respawning: Timer | undefined;

  constructor(protected readonly ctx: ActorContext<Fighter>) {}

  /** Joins the arena as what the components know. Idempotent: the arena asks for it again when it has been away. */
  async enter(): Promise<void> {
    const [stance, hp, contents] = await Promise.all([this.part(Movement).stance(), this.part(Health).level(), this.part(Inventory).contents()]);
    await this.arena.join(this.ctx.self, { ...stance, hp, ...contents });
    if (hp === 0) this.respawnSoon();
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

  /** Health, a component of this actor, emits it: the actor hears its own parts. */
  @On(Died, { from: 'self' })
  protected onDied(event: Died): void {
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
    await this.part(Health).restore();
    await this.enter();
  }
}
