import { Actor, Every, On, State, type ActorContext, type EventOrigin, type Handle, type OnActivate } from 'troupe';
import { Burning } from '../components/burning.js';
import { Health } from '../components/health.js';
import { Inventory } from '../components/inventory.js';
import { Movement } from '../components/movement.js';
import { Dropped, MAX_HP, type ItemKind, type Vec2 } from '../shared.js';
import { freeSpot, spotNear, World, type Item, type Look } from '../world.js';
import type { Bot } from './bot.js';
import type { Fighter } from './fighter.js';
import type { Player } from './player.js';

const STRIKE_HP = 9;
const SPRING_HP = 5;
const BOTS = 8;
/** What has lain there longest is gone. */
const MOST_LOOT = 40;

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
 * what must last is told to the fighters, whose components save it. It never waits for a fighter: one-way calls carry what the next one makes good,
 * messages what must not be lost.
 */
@Actor({ name: 'arena', alwaysOn: true, idleAfter: 'never' })
export class Arena implements OnActivate {
  /** Keys of the players who are here: whom to ask back in after the arena has been away. */
  @State() players: string[] = [];
  /** What the dead have left. It outlives the arena's silo, as the other items do not. */
  @State() loot: Item[] = [];
  private readonly world = new World();
  private readonly fighters = new Map<string, Handle<Fighter>>();
  /** What they do not know of yet. */
  private readonly taken = new Map<Handle<Fighter>, ItemKind[]>();

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
    await this.pickUp();
    if (this.world.tick % 10 === 0) this.burnAndBathe();
    if (this.world.tick % 5 === 0) this.settle();
    await this.ctx.emit(this.world.snapshot(performance.now()), { live: true, key: 'state' });
  }

  /** A fighter has died. Their inventory gave it away in the commit that sent this. */
  @On(Dropped)
  protected onDropped({ coins, medkits }: Dropped, { type, key }: EventOrigin): void {
    const near = this.world.get(`${type}/${key}`)?.at ?? freeSpot();
    const kinds = [...Array.from({ length: coins }, () => 'coin' as const), ...Array.from({ length: medkits }, () => 'medkit' as const)];
    this.loot = [...this.loot, ...kinds.map((kind) => ({ kind, at: spotNear(near) }))].slice(-MOST_LOOT);
  }

  /** The fighters are told four times a second what they have picked up, all in one commit; of loot at once, with the commit that takes it away. */
  private async pickUp(): Promise<void> {
    for (const { body, kind } of this.world.takeItems()) this.note(body.id, kind);
    // As it is saved: a tick that failed took nothing.
    this.world.loot = this.loot;
    const loot = this.world.takeLoot();
    if (loot.length > 0) this.loot = [...this.world.loot];
    else if (this.world.tick % 5 !== 0) return;
    for (const { body, kind } of loot) this.note(body.id, kind);
    const told = [...this.taken];
    this.taken.clear();
    for (const [fighter, kinds] of told) await fighter.getComponent(Inventory).tell.pickUp(...kinds);
  }

  private note(id: string, kind: ItemKind): void {
    const fighter = this.fighter(id);
    if (fighter) this.taken.set(fighter, [...(this.taken.get(fighter) ?? []), kind]);
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
