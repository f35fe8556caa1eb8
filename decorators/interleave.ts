// @Interleave: a method that may run while another turn awaits.
import { methodTarget, refuseBareUse } from './application.js';
import { declareMembers } from './members.js';
import { checkOptions } from './options.js';

const OPTIONS = { known: [], later: [] };

/**
 * The method may run while a turn of another chain awaits, and others may begin while it awaits. It shares the state with what it overlaps:
 * it can see changes that are not saved yet. A call with an idempotency key is exclusive all the same. An override does not interleave unless
 * it repeats it.
 */
export function Interleave(options: Readonly<Record<string, never>> = {}): (target: object, name: string | symbol, descriptor: PropertyDescriptor) => void {
  refuseBareUse('@Interleave', options);
  return (...applied: unknown[]): void => {
    const { prototype, name, where } = methodTarget('@Interleave', applied);
    checkOptions(where, options, OPTIONS);
    declareMembers(prototype).interleave.add(name);
  };
}
