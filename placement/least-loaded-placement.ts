import type { PlacementPolicy, PlacementRequest, SiloSnapshot } from '../protocol/ports/placement.js';
import { drawSome, type RandomSource } from './draw.js';
import type { ExpectedLoad } from './expected-load.js';

/**
 * The emptier of two candidates drawn at random, by activations relative to capacity (to nothing where one of the two has none). Two choices
 * bring nearly the balance of asking all (Mitzenmacher), and silos that all hold the same stale snapshot do not all choose the same silo.
 */
export class LeastLoadedPlacement implements PlacementPolicy {
  readonly name = 'least-loaded';

  constructor(private readonly random: RandomSource, private readonly load: ExpectedLoad) {}

  choose({ weight }: PlacementRequest, candidates: readonly SiloSnapshot[]): string | undefined {
    if (candidates.length === 0) return undefined;
    const [one, other] = drawSome(this.random, candidates, Math.min(2, candidates.length));
    const chosen = other !== undefined && this.isEmptier(other, one!) ? other : one!;
    this.load.add(chosen, weight);
    this.load.prune(candidates);
    return chosen.id;
  }

  private isEmptier(one: SiloSnapshot, other: SiloSnapshot): boolean {
    if (one.capacity === undefined || other.capacity === undefined) return this.load.of(one) < this.load.of(other);
    return this.load.of(one) / one.capacity < this.load.of(other) / other.capacity;
  }
}
