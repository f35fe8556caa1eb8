import { printEntityId, type EntityId } from '../protocol/actor-id.js';

/** A directory's name: who looks for what fills the disk sees whose it is; `unique` makes it nobody else's in its root. */
export function scratchName(id: EntityId, unique: string): string {
  return `${printEntityId(id).replace(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 60)}-${unique}`;
}
