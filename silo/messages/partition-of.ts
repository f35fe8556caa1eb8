import type { ActorId } from '../../protocol/actor-id.js';
import { FNV_OFFSET, fnv1a } from '../../protocol/fnv1a.js';

export const PARTITIONS = 32;

/** Of a listener: all that is for one actor goes one way. */
export function partitionOf({ type, key }: ActorId): number {
  return (fnv1a(FNV_OFFSET, `${type}/${key}`) >>> 0) % PARTITIONS;
}
