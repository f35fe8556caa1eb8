import { fileURLToPath } from 'node:url';
import type { Fleet } from '../fleet/fleet.js';

export const MODULES: readonly string[] = [fileURLToPath(new URL('./actors.js', import.meta.url))];

/** What was called, and what came of it. */
export interface World {
  readonly fleet: Fleet;
  /** By number, with the place that the call returned. */
  readonly returned: Map<number, number>;
  /** Of which the caller was told that they go on. */
  readonly goesOn: Set<number>;
  /** Messages that were stored. */
  readonly told: Set<number>;
  /** Of calls of which nobody knows whether they go on. */
  readonly otherErrors: string[];
}
