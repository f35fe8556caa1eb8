import { FNV_OFFSET, fnv1a } from '../../protocol/fnv1a.js';
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import type { Incarnation, Membership } from '../../protocol/ports/index.js';

/** Work that one silo must do for an actor is this one's: of those that host the type, the one with the highest hash (rendezvous hashing). */
export function isMyShare({ incarnation, peers }: Membership, id: ActorId): boolean {
  const own = lotOf(incarnation, id);
  return peers.every((peer) => !Object.hasOwn(peer.types, id.type) || lotOf(peer.incarnation, id) < own);
}

/** As `isMyShare`, for what any silo can do. */
export function isMyShareOfAll({ incarnation, peers }: Membership, id: ActorId): boolean {
  const own = lotOf(incarnation, id);
  return peers.every((peer) => lotOf(peer.incarnation, id) < own);
}

function lotOf(incarnation: Incarnation, id: ActorId): number {
  return fnv1a(fnv1a(FNV_OFFSET, printEntityId(id)), incarnation);
}
