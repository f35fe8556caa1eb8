import { FNV_OFFSET, fnv1a } from '../../protocol/fnv1a.js';
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import type { Incarnation, Member, Membership } from '../../protocol/ports/index.js';

/** Work that one silo must do for an actor is this one's: of those that host the type, the one with the highest hash (rendezvous hashing). */
export function isMyShare(membership: Membership, id: ActorId): boolean {
  return isMine(membership, id, ({ types }) => Object.hasOwn(types, id.type));
}

/** As `isMyShare`, for what any silo can do. */
export function isMyShareOfAll(membership: Membership, id: ActorId): boolean {
  return isMine(membership, id, () => true);
}

function isMine({ incarnation, peers }: Membership, id: ActorId, isCandidate: (peer: Member) => boolean): boolean {
  const own = lotOf(incarnation, id);
  return peers.every((peer) => !isCandidate(peer) || lotOf(peer.incarnation, id) < own);
}

function lotOf(incarnation: Incarnation, id: ActorId): number {
  return fnv1a(fnv1a(FNV_OFFSET, printEntityId(id)), incarnation);
}
