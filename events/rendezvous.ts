import { FNV_OFFSET, fnv1a, shareOf } from '../protocol/fnv1a.js';
import type { Member } from '../protocol/ports/membership.js';

/** A silo that draws for partitions. */
export type Candidate = Pick<Member, 'siloId' | 'incarnation'>;

/**
 * Who should consume a partition: rendezvous hashing (Thaler and Ravishankar). Every silo draws a lot by its id, so a silo that comes back gets
 * back what it had, one that goes leaves only its own, and one that comes takes its share and nothing else. Of two lives of one silo the one
 * with the smaller incarnation wins until it is found dead.
 */
export function rightfulOwner(partition: number, candidates: readonly Candidate[]): Candidate | undefined {
  const seed = fnv1a(FNV_OFFSET, `partition ${partition}/`);
  let best: Candidate | undefined;
  let bestLot = Infinity;
  for (const candidate of candidates) {
    const lot = shareOf(fnv1a(seed, candidate.siloId));
    if (best !== undefined && (lot > bestLot || (lot === bestLot && candidate.incarnation > best.incarnation))) continue;
    best = candidate;
    bestLot = lot;
  }
  return best;
}
