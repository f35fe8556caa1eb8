import { InvalidArgumentError } from '../protocol/errors/index.js';

/** A bitmap of so many takes 2 MB. */
const LIMIT = 2 ** 24;

/** Throws `InvalidArgumentError` unless each is a whole number that a tracker has a bit for. */
export function checkOrdinals(ordinals: readonly number[]): void {
  for (const ordinal of ordinals) {
    if (Number.isInteger(ordinal) && ordinal >= 0 && ordinal < LIMIT) continue;
    throw new InvalidArgumentError(`ordinal: expected a whole number from 0 to ${LIMIT - 1}, got ${ordinal}`, { path: 'ordinal' });
  }
}
