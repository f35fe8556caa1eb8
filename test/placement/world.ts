// What tests of placement need: silos, requests, numbers that look random.
import type { PlacementPolicy, PlacementRequest, SiloSnapshot } from '../../protocol/ports/placement.js';

/** An idle silo, unless said otherwise. */
export function silo(id: string, given: Partial<SiloSnapshot> = {}): SiloSnapshot {
  return { id, labels: {}, cpu: 0, memory: 0, activations: 0, capacity: undefined, versions: {}, isLocal: false, ...given };
}

export function silos(count: number, given: Partial<SiloSnapshot> = {}): SiloSnapshot[] {
  return Array.from({ length: count }, (_, index) => silo(`silo-${index}`, given));
}

export function request(key: string, given: Partial<PlacementRequest> = {}): PlacementRequest {
  return { type: 'player', key, weight: 1, options: {}, ...given };
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where a policy that answers at once puts actors with the keys 0, 1, 2 … */
export function placeMany(policy: PlacementPolicy, count: number, candidates: readonly SiloSnapshot[], given: Partial<PlacementRequest> = {}): readonly string[] {
  return Array.from({ length: count }, (_, key) => {
    const chosen = policy.choose(request(String(key), given), candidates);
    if (typeof chosen !== 'string') throw new Error(`${policy.name} chose nobody for ${key}, or takes its time`);
    return chosen;
  });
}

/** How many went to each. */
export function tally(chosen: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const id of chosen) counts[id] = (counts[id] ?? 0) + 1;
  return counts;
}
