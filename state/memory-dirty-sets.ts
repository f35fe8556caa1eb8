import type { ActorId } from '../protocol/actor-id.js';
import type { DirtyPage } from '../protocol/ports/message-store.js';

interface Entry {
  readonly id: ActorId;
  /** Rises with every entry. */
  readonly place: number;
}

/** Per silo the actors that somebody must look after when it dies. */
export class MemoryDirtySets {
  private readonly sets = new Map<string, Map<string, Entry>>();
  private readonly sealed = new Set<string>();
  private last = 0;

  note(incarnation: string, ids: readonly ActorId[]): boolean {
    if (this.sealed.has(incarnation)) return false;
    let set = this.sets.get(incarnation);
    if (!set) this.sets.set(incarnation, (set = new Map<string, Entry>()));
    for (const { type, key } of ids) {
      if (!set.has(`${type}/${key}`)) set.set(`${type}/${key}`, { id: { type, key }, place: ++this.last });
    }
    return true;
  }

  page(incarnation: string, limit: number, cursor = '0'): DirtyPage {
    const ids: ActorId[] = [];
    for (const { id, place } of this.sets.get(incarnation)?.values() ?? []) {
      if (place <= Number(cursor)) continue;
      ids.push(id);
      if (ids.length >= limit) return { ids, cursor: String(place) };
    }
    return { ids };
  }

  clean(incarnation: string, ids: readonly ActorId[]): void {
    const set = this.sets.get(incarnation);
    for (const { type, key } of ids) set?.delete(`${type}/${key}`);
    if (set?.size === 0) this.sets.delete(incarnation);
  }

  seal(incarnation: string): void {
    this.sealed.add(incarnation);
  }
}
