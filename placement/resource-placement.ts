import type { PlacementPolicy, PlacementRequest, SiloSnapshot } from '../protocol/ports/placement.js';
import { drawSome, type RandomSource } from './draw.js';
import type { ExpectedLoad } from './expected-load.js';
import type { SmoothedLoad } from './smoothed-load.js';

/**
 * How much each part counts; together 1. Orleans' defaults are 40 for cpu, 45 for memory in three readings (used, available, in all) and 15
 * for activations; here memory is one reading, a share of its limit.
 */
const WEIGHTS = { cpu: 0.45, memory: 0.35, activations: 0.2 } as const;
/** The local silo is taken when its score is at most that much worse: what is called from here costs no way over a link then. */
const LOCAL_MARGIN = 0.05;
/** Where nobody has more activations than these, that many count as full: one actor more or less is no load. */
const FEW_ACTIVATIONS = 20;

/**
 * The candidate with the lowest score of cpu, memory and activations, among as many drawn at random as the root of their number (at least
 * two): power of k choices, as Orleans' ResourceOptimizedPlacement. The local silo is preferred within a margin.
 */
export class ResourcePlacement implements PlacementPolicy {
  readonly name = 'resource-optimized';

  constructor(private readonly random: RandomSource, private readonly activations: ExpectedLoad, private readonly load: SmoothedLoad) {}

  choose({ weight }: PlacementRequest, candidates: readonly SiloSnapshot[]): string | undefined {
    if (candidates.length === 0) return undefined;
    const most = candidates.reduce((max, silo) => Math.max(max, this.activations.of(silo)), FEW_ACTIVATIONS);
    const score = (silo: SiloSnapshot): number => this.score(silo, most);
    const chosen = preferLocal(this.best(candidates, score), candidates, score);
    this.activations.add(chosen, weight);
    this.activations.prune(candidates);
    this.load.prune(candidates);
    return chosen.id;
  }

  private best(candidates: readonly SiloSnapshot[], score: (silo: SiloSnapshot) => number): SiloSnapshot {
    const count = Math.min(candidates.length, Math.max(2, Math.ceil(Math.sqrt(candidates.length))));
    // Drawn in random order, so that equal scores are not always won by the same one.
    return drawSome(this.random, candidates, count).reduce((best, silo) => (score(silo) < score(best) ? silo : best));
  }

  /** 0 (idle) to 1. `most`: the activations of the fullest candidate, which those of silos without a capacity are measured by. */
  private score(silo: SiloSnapshot, most: number): number {
    const { cpu, memory } = this.load.of(silo);
    const filled = Math.min(1, this.activations.of(silo) / (silo.capacity ?? most));
    return WEIGHTS.cpu * cpu + WEIGHTS.memory * memory + WEIGHTS.activations * filled;
  }
}

function preferLocal(best: SiloSnapshot, candidates: readonly SiloSnapshot[], score: (silo: SiloSnapshot) => number): SiloSnapshot {
  if (best.isLocal) return best;
  const local = candidates.find(({ isLocal }) => isLocal);
  return local && score(local) - score(best) <= LOCAL_MARGIN ? local : best;
}
