import type { PlacementPolicy, PlacementRequest, SiloSnapshot } from '../protocol/ports/placement.js';
import { drawOne, type RandomSource } from './draw.js';

/** Any candidate, each as likely as the others. */
export class RandomPlacement implements PlacementPolicy {
  readonly name = 'random';

  constructor(private readonly random: RandomSource) {}

  choose(_request: PlacementRequest, candidates: readonly SiloSnapshot[]): string | undefined {
    return candidates.length === 0 ? undefined : drawOne(this.random, candidates).id;
  }
}
