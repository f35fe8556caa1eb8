// LocationCache. Owns: in which other silo each actor was last seen.
//   L1. A hint: whoever follows it must be ready to hear that it is wrong.
//   L2. Bounded: what was not asked for since the last `max / 2` new ones may be forgotten. Two generations instead of a list in the order of
//       use: a lookup on the way of every call costs two maps and moves nothing.
import type { ActorId } from '../protocol/actor-id.js';
import type { Incarnation } from '../protocol/ports/state-store.js';

const MAX_LOCATIONS = 200_000;

type Generation = Map<string, Map<string, Incarnation>>;

export class LocationCache {
  private young: Generation = new Map();
  private old: Generation = new Map();
  private youngSize = 0;

  constructor(private readonly max = MAX_LOCATIONS) {}

  get(id: ActorId): Incarnation | undefined {
    const seen = this.young.get(id.type)?.get(id.key);
    if (seen !== undefined) return seen;
    const seenBefore = this.old.get(id.type)?.get(id.key);
    if (seenBefore !== undefined) this.set(id, seenBefore);
    return seenBefore;
  }

  set({ type, key }: ActorId, incarnation: Incarnation): void {
    let keys = this.young.get(type);
    if (!keys) this.young.set(type, (keys = new Map<string, Incarnation>()));
    const before = keys.size;
    keys.set(key, incarnation);
    this.youngSize += keys.size - before;
    if (this.youngSize < this.max / 2) return;
    this.old = this.young;
    this.young = new Map();
    this.youngSize = 0;
  }

  /** Forgets it if it still says `incarnation`: somebody may have learned better meanwhile. */
  drop(id: ActorId, incarnation: Incarnation): void {
    if (this.get(id) !== incarnation) return;
    if (this.young.get(id.type)?.delete(id.key)) this.youngSize--;
    this.old.get(id.type)?.delete(id.key);
  }
}
