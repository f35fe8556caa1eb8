import type { PlacementPolicy, PlacementRequest, SiloSnapshot } from 'troupe/silo';

/** The emptiest silo with the graphics card that the class asks for. */
export class GpuPlacement implements PlacementPolicy {
  readonly name = 'gpu';

  choose({ options }: PlacementRequest, candidates: readonly SiloSnapshot[]): string | undefined {
    const able = candidates.filter(({ labels }) => labels.gpu === options.card);
    able.sort((one, other) => one.activations - other.activations);
    return able[0]?.id; // undefined, when there is none: the next policy chooses
  }
}
