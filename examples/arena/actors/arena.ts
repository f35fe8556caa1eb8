import { Actor, Every, State, type ActorContext, type Handle, type OnActivate } from 'troupe';
import { Burning } from '../components/burning.js';
import { Health } from '../components/health.js';
import { Inventory } from '../components/inventory.js';
import { Movement } from '../components/movement.js';
import { MAX_HP, type Vec2 } from '../shared.js';
import { World, type Look } from '../world.js';
import type { Bot } from './bot.js';
import type { Fighter } from './fighter.js';
import type { Player } from './player.js';

const STRIKE_HP = 9;
const SPRING_HP = 5;
const VICTORY_POINTS = 10;
const BOTS = 8;

/** What a fighter sees around it. */
export interface View {
  readonly at: Vec2;
  readonly hp: number;
  readonly burning: boolean;
  readonly foe: Vec2 | undefined;
  readonly item: Vec2 | undefined;
}

/**
 * The arena: moves everybody 20 times a second and shows the world to all who watch. Fast things (places, strikes) live in its memory;
 * what must last is told to the fighters, whose components save it. It never waits for a fighter: it only sends one-way calls.
 */
@Actor({ name: 'arena', alwaysOn: true, idleAfter: 'never' })
export class Arena implements OnActivate {
  /** Keys of the players who are here: whom to ask back in after the arena has been away. */
  @State() players: string[] = [];
  private readonly world = new World();
  private readonly fighters = new Map<string, Handle<Fighter>>();

  constructor(private readonly ctx: ActorContext<Arena>) {}

  onActivate(): void {
    for (const key of this.players) this.ctx.actor<Player>('player', key).oneWay.enter();
    this.players = [];
    const bots = Number(process.env['ARENA_BOTS'] ?? BOTS);
    for (let n = 1; n <= bots; n++) this.ctx.actor<Bot>('bot', `b${n}`).oneWay.enter();
  }

  /** Idempotent: whoever is here already takes the new look. */
  join(fighter: Handle<Fighter>, look: Look): void {
    const { type, key } = fighter.id;
    this.fighters.set(String(fighter), fighter);
    this.world.enter(String(fighter), look);
    if (type === 'player' && !this.players.includes(key)) this.players.push(key);
  }

  /** Where the fighter was; `undefined` when it was not here. */
  leave(id: string): Vec2 | undefined {
    const fighter = this.fighters.get(id);
    this.fighters.delete(id);
    this.players = this.players.filter((key) => key !== fighter?.id.key);
    return this.world.leave(id)?.at;
  }

  steer(id: string, heading: Vec2): void {
    Object.assign(this.world.get(id) ?? {}, { heading });
  }

  /** A fighter's part tells what has changed. */
  update(id: string, change: Partial<Look>): void {
    Object.assign(this.world.get(id) ?? {}, change);
  }

  strike(id: string): void {
    for (const hit of this.world.strike(id)) this.fighter(hit.id)?.getComponent(Health).oneWay.damage(STRIKE_HP, id);
  }

  defeatedBy(id: string): void {
    this.fighter(id)?.getComponent(Inventory).oneWay.earn(VICTORY_POINTS);
  }

  /** Where a fighter's actor runs. */
  seenOn(id: string, silo: string): void {
    Object.assign(this.world.get(id) ?? {}, { silo });
  }

  look(id: string): View | undefined {
    const body = this.world.get(id);
    return body && { at: body.at, hp: body.hp, burning: body.burning, foe: this.world.nearestFoe(body)?.at, item: this.world.nearestItem(body)?.at };
  }

  @Every('50ms')
  protected async tick(elapsedMs: number): Promise<void> {
    this.world.move(Math.min(elapsedMs, 250) / 1000);
    for (const { body, kind } of this.world.takeItems()) this.fighter(body.id)?.getComponent(Inventory).oneWay.pickUp(kind);
    if (this.world.tick % 10 === 0) this.burnAndBathe();
    if (this.world.tick % 5 === 0) this.settle();
    await this.ctx.emit(this.world.snapshot(performance.now()), { live: true, key: 'state' });
  }

  private burnAndBathe(): void {
    const { wading, bathing } = this.world.onGround();
    for (const { id, burning } of wading) {
      if (burning) this.fighter(id)?.getComponent(Burning).oneWay.refuel();
      else this.fighter(id)?.oneWay.ignite();
    }
    for (const { id, hp, burning } of bathing) {
      if (burning) this.fighter(id)?.getComponent(Burning).oneWay.quench();
      if (hp < MAX_HP) this.fighter(id)?.getComponent(Health).oneWay.heal(SPRING_HP);
    }
  }

  /** Tells those who moved where they are, for their components to save. */
  private settle(): void {
    for (const { id, at } of this.world.takeAway()) this.fighter(id)?.getComponent(Movement).oneWay.settle(at);
  }

  private fighter(id: string): Handle<Fighter> | undefined {
    return this.fighters.get(id);
  }
}
