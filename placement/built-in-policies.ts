import type { Clock } from '../protocol/ports/clock.js';
import type { PlacementPolicy } from '../protocol/ports/placement.js';
import type { RandomSource } from './draw.js';
import { ExpectedLoad } from './expected-load.js';
import { HashPlacement } from './hash-placement.js';
import { LeastLoadedPlacement } from './least-loaded-placement.js';
import { LocalPlacement } from './local-placement.js';
import type { PolicyName } from './policy-names.js';
import { RandomPlacement } from './random-placement.js';
import { ResourcePlacement } from './resource-placement.js';
import { SmoothedLoad } from './smoothed-load.js';
import { ZonePlacement } from './zone-placement.js';

/** One of each, of one silo. They share what this silo has placed lately. All answer at once, and name a candidate or leave it to the next. */
export function builtInPolicies(random: RandomSource, clock: Clock): Readonly<Record<PolicyName, PlacementPolicy>> {
  const expected = new ExpectedLoad(clock);
  const leastLoaded = new LeastLoadedPlacement(random, expected);
  return {
    'random': new RandomPlacement(random),
    'prefer-local': new LocalPlacement(),
    'hash': new HashPlacement(),
    'least-loaded': leastLoaded,
    'resource-optimized': new ResourcePlacement(random, expected, new SmoothedLoad(clock)),
    'zone': new ZonePlacement(leastLoaded),
  };
}
