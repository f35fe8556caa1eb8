import { LRUCache } from 'lru-cache';
import type { ActorId } from '../protocol/actor-id.js';
import type { Incarnation } from '../protocol/ports/state-store.js';

const MAX_LOCATIONS = 100_000;

/** Which other silo was last seen to have an actor. A hint: whoever follows it must be ready to hear that it is wrong. */
export class LocationCache {
  private readonly known: LRUCache<string, Incarnation>;

  constructor(max = MAX_LOCATIONS) {
    this.known = new LRUCache({ max });
  }

  get(id: ActorId): Incarnation | undefined {
    return this.known.get(nameOf(id));
  }

  set(id: ActorId, incarnation: Incarnation): void {
    this.known.set(nameOf(id), incarnation);
  }

  /** Forgets it if it still says `incarnation`: somebody may have learned better meanwhile. */
  drop(id: ActorId, incarnation: Incarnation): void {
    const name = nameOf(id);
    if (this.known.peek(name) === incarnation) this.known.delete(name);
  }
}

/** Types hold no `/`. */
function nameOf({ type, key }: ActorId): string {
  return `${type}/${key}`;
}
