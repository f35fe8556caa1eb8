import { FNV_OFFSET, fnv1a, shareOf } from '../protocol/fnv1a.js';
import type { PlacementPolicy, PlacementRequest, SiloSnapshot } from '../protocol/ports/placement.js';

/** What a silo without a capacity weighs. A constant, not a mean of the others: weights that depend on who else is there would move actors. */
const WEIGHT_WITHOUT_CAPACITY = 100_000;

/**
 * The same silo for the same actor, whoever asks, as long as that silo is a candidate: weighted rendezvous hashing (Thaler and
 * Ravishankar; the weights after Schindelhauer and Schomaker). Every silo draws a lot for the actor and the best one wins. So when a silo
 * goes only its own actors go elsewhere, to all the others by their weights, and when one comes it takes its share from all of them.
 */
export class HashPlacement implements PlacementPolicy {
  readonly name = 'hash';

  choose({ type, key }: PlacementRequest, candidates: readonly SiloSnapshot[]): string | undefined {
    const actor = fnv1a(fnv1a(FNV_OFFSET, `${type}/`), key);
    let best: string | undefined;
    let bestLot = Infinity;
    for (const { id, capacity } of candidates) {
      const lot = -Math.log(shareOf(fnv1a(actor, id))) / weightOf(capacity);
      // Of equal lots the smaller id wins: candidates come in any order.
      if (best !== undefined && (lot > bestLot || (lot === bestLot && id > best))) continue;
      best = id;
      bestLot = lot;
    }
    return best;
  }
}

function weightOf(capacity: number | undefined): number {
  return capacity !== undefined && capacity > 0 ? capacity : WEIGHT_WITHOUT_CAPACITY;
}
