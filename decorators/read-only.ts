// @ReadOnly: a method that changes no state.
import { methodTarget, refuseBareUse } from './application.js';
import { declareMembers } from './members.js';
import { checkOptions } from './options.js';

export interface ReadOnlyOptions {
  /** Not implemented in this version. */
  readonly strict?: boolean;
}

const OPTIONS = { known: [], later: ['strict'] };

/** The method changes no state: it runs beside other read-only turns and never saves. An override is not read-only unless it repeats it. */
export function ReadOnly(options: ReadOnlyOptions = {}): (target: object, name: string | symbol, descriptor: PropertyDescriptor) => void {
  refuseBareUse('@ReadOnly', options);
  return (...applied: unknown[]): void => {
    const { prototype, name, where } = methodTarget('@ReadOnly', applied);
    checkOptions(where, options, OPTIONS);
    declareMembers(prototype).readOnly.add(name);
  };
}
