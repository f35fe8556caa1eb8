import type { ActorId } from './actor-id.js';
import { FNV_OFFSET, fnv1a, shareOf } from './fnv1a.js';

/** Into how many queues a cluster's deliveries go; written beside the genesis, and never changed. */
export const PARTITIONS = 32;

/** Owners of partitions are registered as those of actors are, under a type that no actor can have: it is no wire name. */
export const PARTITION_TYPE = '$partition';

/** Under which a silo claims a partition. */
export function partitionId(index: number): ActorId {
  return { type: PARTITION_TYPE, key: String(index) };
}

/** Where the deliveries to a listener go; an actor's components share its partition. The same everywhere and for ever. */
export function partitionOf({ type, key }: ActorId, partitions = PARTITIONS): number {
  return Math.floor(shareOf(fnv1a(fnv1a(FNV_OFFSET, `${type}/`), key)) * partitions);
}
