// What the accounts and clerks have, beside what was called.
import type { Served } from './actors.js';
import type { World } from './world.js';

export interface Kept {
  /** The entries of each. */
  readonly accounts: readonly (readonly number[])[];
  readonly served: readonly Served[];
}

export interface Judgement {
  readonly returned: number;
  readonly served: number;
  readonly twice: number;
  readonly missing: number;
  /** Results, of callers or of turns that were run again, that are not the place of the entry. */
  readonly wrong: number;
}

export function judge({ returned, goesOn, told }: Pick<World, 'returned' | 'goesOn' | 'told'>, { accounts, served }: Kept): Judgement {
  const places = new Map<number, number>();
  let twice = 0;
  for (const entries of accounts) {
    entries.forEach((n, at) => {
      if (places.has(n)) twice++;
      places.set(n, at + 1);
    });
  }
  const turns = new Map(served.map((turn) => [turn[0], turn]));
  twice += served.length - turns.size;
  let wrong = 0;
  for (const [n, place] of returned) if (places.has(n) && places.get(n) !== place) wrong++;
  for (const [n, first, second] of served) if (places.get(n) !== first || places.get(-n) !== second) wrong++;
  const isMissing = (n: number): boolean => !places.has(n);
  const missing = [...returned.keys(), ...goesOn].filter(isMissing).length + [...told].filter((n) => isMissing(n) || isMissing(-n) || !turns.has(n)).length;
  return { returned: returned.size, served: turns.size, twice, missing, wrong };
}
