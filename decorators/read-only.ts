// @ReadOnly: a method that changes no state.
import { ConfigurationError } from '../protocol/errors/index.js';
import { methodTarget, refuseBareUse } from './application.js';
import { declareMembers } from './members.js';
import { checkOptions, describe } from './options.js';

export interface ReadOnlyOptions {
  /** Ownership is verified in the store before the reply leaves, so the value is never stale. One round trip more. */
  readonly strict?: boolean;
}

const OPTIONS = { known: ['strict'], later: [] };

/** The method changes no state: it runs beside other read-only turns and never saves. An override is not read-only unless it repeats it. */
export function ReadOnly(options: ReadOnlyOptions = {}): (target: object, name: string | symbol, descriptor: PropertyDescriptor) => void {
  refuseBareUse('@ReadOnly', options);
  return (...applied: unknown[]): void => {
    const { prototype, name, where } = methodTarget('@ReadOnly', applied);
    const { strict } = checkOptions(where, options, OPTIONS);
    if (strict !== undefined && typeof strict !== 'boolean') throw new ConfigurationError(`${where}: option "strict" is ${describe(strict)}; expected true or false`);
    declareMembers(prototype).readOnly.set(name, Object.freeze({ strict: strict ?? false }));
  };
}
