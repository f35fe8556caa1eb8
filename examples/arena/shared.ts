// What the silo and the page both know: the world's layout, and the values and events that travel between them.
import { ActorEvent, Public, Serializable } from 'troupe';

export const WORLD = { width: 1600, height: 1000 } as const;
/** Radius of a fighter. */
export const BODY = 18;
/** How far a strike reaches. */
export const REACH = 95;
export const MAX_HP = 100;

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Sets whoever stands in it on fire. */
export const LAVA: readonly Circle[] = [
  { x: 370, y: 270, radius: 115 },
  { x: 1230, y: 740, radius: 130 },
];
/** Heals whoever stands in it, and puts them out. */
export const SPRING: Circle = { x: 800, y: 500, radius: 95 };

/** A place or a direction. */
@Serializable('vec2')
export class Vec2 {
  constructor(readonly x = 0, readonly y = 0) {}

  plus(other: Vec2, times = 1): Vec2 {
    return new Vec2(this.x + other.x * times, this.y + other.y * times);
  }

  distanceTo(other: { readonly x: number; readonly y: number }): number {
    return Math.hypot(other.x - this.x, other.y - this.y);
  }

  /** The same direction, at most 1 long. */
  limited(): Vec2 {
    const length = Math.hypot(this.x, this.y);
    return length > 1 ? new Vec2(this.x / length, this.y / length) : this;
  }
}

export type ItemKind = 'coin' | 'medkit';
/** One fighter in a snapshot: a row and no object, because it is sent 20 times a second. `silo` is its place in `silos`, -1 until it has said. */
export type FighterRow = readonly [id: string, x: number, y: number, hp: number, score: number, medkits: number, strikes: number, silo: number, burning: boolean];
export type ItemRow = readonly [kind: ItemKind, x: number, y: number];

/** Everything there is to see, once per tick of the arena. */
@Public()
@ActorEvent('snapshot')
export class Snapshot {
  constructor(
    readonly tick: number,
    /** When the arena was in this state: milliseconds on the silo's clock. */
    readonly at: number,
    readonly fighters: readonly FighterRow[],
    readonly items: readonly ItemRow[],
    /** The silos on which somebody is. */
    readonly silos: readonly string[] = [],
  ) {}
}

/** A fighter's health reached zero. `by` is the id of who did it, or `lava`. */
@Public()
@ActorEvent('died')
export class Died {
  constructor(readonly by: string) {}
}

/** What a fighter who died has lost. */
@ActorEvent('dropped')
export class Dropped {
  constructor(
    readonly coins: number,
    readonly medkits: number,
  ) {}
}

/** A death has been counted: it was the `number`th. */
@Public()
@ActorEvent('fell')
export class Fell {
  constructor(
    readonly number: number,
    readonly who: string,
    readonly by: string,
  ) {}
}

/** Sent to who has won a fight. */
@ActorEvent('won')
export class Won {
  constructor(readonly against: string) {}
}
