import type { Persistence, Reentrancy } from './metadata.js';
import { checkChoice } from './options.js';

const REENTRANCIES: readonly Reentrancy[] = ['chain', 'all', 'none'];
const PERSISTENCES: readonly Persistence[] = ['turn', 'lazy', 'manual'];

/** The options that `@Actor` and `@Component` share on how turns follow each other and when they save. */
export function turnOptions(where: string, given: Readonly<Record<string, unknown>>): { readonly reentrancy: Reentrancy; readonly persistence: Persistence } {
  return {
    reentrancy: checkChoice(where, 'reentrancy', given.reentrancy, REENTRANCIES, REENTRANCIES),
    persistence: checkChoice(where, 'persistence', given.persistence, PERSISTENCES, PERSISTENCES),
  };
}
