import type { PlacementPolicy, PlacementRequest, SiloSnapshot } from '../protocol/ports/placement.js';

/** The silo that the call comes from, as long as it is a candidate; then that which asks; else it is left to the next policy. */
export class LocalPlacement implements PlacementPolicy {
  readonly name = 'prefer-local';

  choose({ caller }: PlacementRequest, candidates: readonly SiloSnapshot[]): string | undefined {
    const home = candidates.find(({ id }) => id === caller) ?? candidates.find(({ isLocal }) => isLocal);
    return home?.id;
  }
}
