// The arena's rules and what is in it now: plain code that knows nothing of actors, with one clock (the arena's tick) for everything.
import { BODY, LAVA, REACH, Snapshot, SPRING, Vec2, WORLD, type Circle, type ItemKind } from './shared.js';

const SPEED = 280;
const COINS = 14;
const MEDKITS = 4;
const STRIKE_PAUSE_TICKS = 10;

/** How a fighter enters: what its components know. */
export interface Look {
  readonly at: Vec2;
  readonly heading: Vec2;
  readonly hp: number;
  readonly score: number;
  readonly medkits: number;
  readonly burning: boolean;
}

/** A fighter as the arena sees it. */
export interface Body extends Look {
  readonly id: string;
  at: Vec2;
  heading: Vec2;
  hp: number;
  score: number;
  medkits: number;
  burning: boolean;
  strikes: number;
  readyAtTick: number;
  /** Where its actor runs, as it said last. */
  silo: string | undefined;
  /** Moved since its own actor last heard where it is. */
  isAway: boolean;
}

export interface Item {
  readonly kind: ItemKind;
  readonly at: Vec2;
}

export interface Taken {
  readonly body: Body;
  readonly kind: ItemKind;
}

export class World {
  /** How often `move` was called. */
  tick = 0;
  /** What the dead have left. Nothing takes its place when it is taken. */
  loot: readonly Item[] = [];
  private readonly bodies = new Map<string, Body>();
  private readonly items: Item[] = [...Array.from({ length: COINS }, () => newItem('coin')), ...Array.from({ length: MEDKITS }, () => newItem('medkit'))];

  /** Adds a fighter; one that is there already takes the new look. */
  enter(id: string, look: Look): void {
    const { strikes = 0, readyAtTick = 0, silo } = this.bodies.get(id) ?? {};
    this.bodies.set(id, { id, ...look, strikes, readyAtTick, silo, isAway: false });
  }

  leave(id: string): Body | undefined {
    const body = this.bodies.get(id);
    this.bodies.delete(id);
    return body;
  }

  get(id: string): Body | undefined {
    return this.bodies.get(id);
  }

  /** Everybody who is alive walks. */
  move(seconds: number): void {
    this.tick += 1;
    for (const body of this.living()) {
      if (body.heading.x === 0 && body.heading.y === 0) continue;
      const { x, y } = body.at.plus(body.heading, SPEED * seconds);
      body.at = new Vec2(clamp(x, BODY, WORLD.width - BODY), clamp(y, BODY, WORLD.height - BODY));
      body.isAway = true;
    }
  }

  /** Takes the items that somebody stands on; each appears anew elsewhere. */
  takeItems(): readonly Taken[] {
    const taken: Taken[] = [];
    const living = this.living();
    for (const [index, { kind, at }] of this.items.entries()) {
      const body = on(at, living);
      if (!body) continue;
      taken.push({ body, kind });
      this.items[index] = newItem(kind);
    }
    return taken;
  }

  /** Takes the loot that somebody stands on. */
  takeLoot(): readonly Taken[] {
    const living = this.loot.length === 0 ? [] : this.living();
    const taken = this.loot.flatMap((item) => {
      const body = on(item.at, living);
      return body ? [{ body, kind: item.kind, item }] : [];
    });
    if (taken.length > 0) this.loot = this.loot.filter((item) => !taken.some((each) => each.item === item));
    return taken;
  }

  /** The living, in lava and in the spring. */
  onGround(): { readonly wading: readonly Body[]; readonly bathing: readonly Body[] } {
    const living = this.living();
    return {
      wading: living.filter(({ at }) => LAVA.some((pool) => isIn(pool, at))),
      bathing: living.filter(({ at }) => isIn(SPRING, at)),
    };
  }

  /** Whom a strike hits. Nobody while the striker is dead or catches its breath. */
  strike(id: string): readonly Body[] {
    const striker = this.bodies.get(id);
    if (!striker || striker.hp === 0 || this.tick < striker.readyAtTick) return [];
    striker.readyAtTick = this.tick + STRIKE_PAUSE_TICKS;
    striker.strikes += 1;
    return this.living().filter((body) => body !== striker && body.at.distanceTo(striker.at) < REACH);
  }

  /** Those whose own actors do not know where they are yet; they count as told then. */
  takeAway(): readonly Body[] {
    const away = [...this.bodies.values()].filter(({ isAway }) => isAway);
    for (const body of away) body.isAway = false;
    return away;
  }

  nearestFoe(of: Body): Body | undefined {
    return nearest(this.living().filter((body) => body !== of), of.at);
  }

  nearestItem(of: Body): Item | undefined {
    return nearest([...this.items, ...this.loot], of.at);
  }

  snapshot(atMs: number): Snapshot {
    const bodies = [...this.bodies.values()];
    const silos = [...new Set(bodies.flatMap(({ silo }) => silo ?? []))].sort();
    const placeOf = (silo: string | undefined): number => (silo === undefined ? -1 : silos.indexOf(silo));
    const fighters = bodies.map(({ id, at, hp, score, medkits, strikes, silo, burning }) => [id, Math.round(at.x), Math.round(at.y), hp, score, medkits, strikes, placeOf(silo), burning] as const);
    const items = [...this.items, ...this.loot].map(({ kind, at }) => [kind, at.x, at.y] as const);
    return new Snapshot(this.tick, atMs, fighters, items, silos);
  }

  private living(): readonly Body[] {
    return [...this.bodies.values()].filter(({ hp }) => hp > 0);
  }
}

/** A random place outside of lava and spring. */
export function freeSpot(): Vec2 {
  for (;;) {
    const spot = new Vec2(Math.round(60 + Math.random() * (WORLD.width - 120)), Math.round(60 + Math.random() * (WORLD.height - 120)));
    if (![...LAVA, SPRING].some((circle) => isIn({ ...circle, radius: circle.radius + 2 * BODY }, spot))) return spot;
  }
}

/** Beside a place, and where bots go: not in lava. */
export function spotNear({ x, y }: Vec2): Vec2 {
  const angle = Math.random() * 2 * Math.PI;
  const distance = 2 * BODY + Math.random() * 2 * BODY;
  const spot = new Vec2(
    Math.round(clamp(x + distance * Math.cos(angle), BODY, WORLD.width - BODY)), Math.round(clamp(y + distance * Math.sin(angle), BODY, WORLD.height - BODY)));
  return LAVA.some((pool) => isIn({ ...pool, radius: pool.radius + 2 * BODY }, spot)) ? freeSpot() : spot;
}

function newItem(kind: ItemKind): Item {
  return { kind, at: freeSpot() };
}

function on(at: Vec2, bodies: readonly Body[]): Body | undefined {
  return bodies.find((body) => body.at.distanceTo(at) < BODY * 1.6);
}

function isIn(circle: Circle, at: Vec2): boolean {
  return at.distanceTo(circle) < circle.radius;
}

function nearest<T extends { readonly at: Vec2 }>(things: readonly T[], at: Vec2): T | undefined {
  let best: T | undefined;
  for (const thing of things) if (!best || thing.at.distanceTo(at) < best.at.distanceTo(at)) best = thing;
  return best;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
