import { ComponentCrashedError, Delivery, Every, On, OnReminder, Public, type ActorContext, type Duration, type EntityClass, type Handle, type OnActivate } from 'troupe';
import { Burning } from '../components/burning.js';
import { Health } from '../components/health.js';
import { Inventory } from '../components/inventory.js';
import { Movement } from '../components/movement.js';
import { Died, Dropped } from '../shared.js';
import { freeSpot } from '../world.js';
import type { Arena } from './arena.js';
import type { Scoreboard } from './scoreboard.js';

const MEDKIT_HP = 40;
const RESPAWN: Duration = '3s';
/** A fire burns so often: for 3 seconds after the lava. */
const FUEL = 6;

/** What players and bots share: three components, a fourth while they burn; how they fight, die and come back. Decorated members are inherited. */
export abstract class Fighter implements OnActivate {
  static readonly parts = [Movement, Health, Inventory];
  constructor(protected readonly ctx: ActorContext<Fighter>) {}

  /** Who hears of its death, and of what it loses by it: awake or not, and on whatever silo. Kept with the fighter; binding again changes nothing. */
  async onActivate(): Promise<void> {
    await this.ctx.self.bind(Died, this.ctx.actor<Scoreboard>('scoreboard', 'main'));
    await this.ctx.self.bind(Dropped, this.arena);
  }

  /** Joins the arena as what the components know. Idempotent: the arena asks for it again when it has been away. */
  @Delivery({ attempts: 20, backoff: '250ms' })
  async enter(): Promise<void> {
    if (!this.isPresent()) return;
    try {
      const [stance, hp, contents] = await Promise.all([this.part(Movement).stance(), this.part(Health).level(), this.part(Inventory).contents()]);
      await this.arena.join(this.ctx.self, { ...stance, hp, ...contents, burning: this.ctx.get(Burning) !== undefined });
    } catch (error) {
      // Health may be away for a moment, or for half a minute after many crashes.
      if (!(error instanceof ComponentCrashedError)) throw error;
      this.ctx.timer(() => this.enter(), { due: '1s' });
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

  /** Health, a component of this actor, emits it: the actor hears its own parts. A reminder, and no timer, brings it back: also when this silo dies. */
  @On(Died, { from: 'self' })
  protected async onDied(): Promise<void> {
    this.ctx.get(Burning)?.oneWay.quench();
    await this.ctx.remind('respawn', { in: RESPAWN });
  }

  @OnReminder('respawn')
  protected async respawn(): Promise<void> {
    try {
      await this.part(Health).restore();
    } catch (error) {
      if (!(error instanceof ComponentCrashedError)) throw error;
      return this.ctx.remind('respawn', { in: '1s' });
    }
    await this.part(Movement).settle(freeSpot());
    await this.ctx.self.tell.enter();
  }

  /** Tells the arena on which silo it runs: after a silo's death it is another one. */
  @Every('1s')
  protected async tellSilo(): Promise<void> {
    const here = await this.ctx.self.manage.activation();
    if (here) this.arena.oneWay.seenOn(this.name, here.silo);
  }

  /** It may be in the arena now. */
  protected isPresent(): boolean {
    return true;
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
}
