// @State: a field that is saved, restored and moved with its entity.
import { ConfigurationError } from '../protocol/errors/index.js';
import { memberTarget, refuseBareUse } from './application.js';
import { declareMembers } from './members.js';
import type { StateFieldMetadata } from './metadata.js';
import { checkChoice, checkOptions, describe } from './options.js';

export interface StateOptions {
  /** `lazy`: a change rides with the next commit, alone at most 1 s later; a crash may lose that much. */
  readonly save?: 'lazy';
  /**
   * Makes the value of what an earlier version of the class saved: it gets the saved value and returns the field's. It runs each time that a
   * saved value is restored, so it leaves alone what has today's form already. What it makes is saved as a change made in `onActivate` is.
   * Not async; without `this`; a throw fails the activation.
   */
  upgrade?(this: void, saved: unknown): unknown;
}

const OPTIONS = { known: ['save', 'upgrade'], later: [] };
// `:` stands between component and field in storage; the others are never keys of a plain object here.
const FORBIDDEN = /^(?:__proto__|constructor|prototype)$|:/;

/**
 * Saves the field with each unit of work that changed it, also changes inside of objects. On fields only. The initial value is where change
 * begins: it is not saved by itself, so a default that a later version changes reaches actors that never changed it. Give a field that
 * starts at random its value in `onActivate` (`this.seed ??= …`).
 */
export function State(options: StateOptions = {}): (target: object, name: string | symbol) => void {
  refuseBareUse('@State', options);
  return (...applied: unknown[]): void => {
    const { prototype, name, where, method, isAccessor } = memberTarget('@State', applied);
    if (method || isAccessor) throw new ConfigurationError(`${where}: it belongs on a field, not on ${method ? 'a method' : 'an accessor'}`);
    if (FORBIDDEN.test(name)) throw new ConfigurationError(`${where}: a saved field cannot have this name`);
    const { save, upgrade } = checkOptions(where, options, OPTIONS);
    if (save !== undefined) checkChoice(where, 'save', save, ['lazy'], ['lazy']);
    const field: StateFieldMetadata = { name, lazy: save === 'lazy' };
    declareMembers(prototype).state.set(name, Object.freeze(upgrade === undefined ? field : { ...field, upgrade: checkUpgrade(where, upgrade) }));
  };
}

function checkUpgrade(where: string, upgrade: unknown): (saved: unknown) => unknown {
  if (typeof upgrade !== 'function') {
    throw new ConfigurationError(`${where}: option "upgrade" is ${describe(upgrade)}; expected a function: (saved) => value`);
  }
  if (Object.prototype.toString.call(upgrade) === '[object AsyncFunction]') {
    throw new ConfigurationError(`${where}: option "upgrade" is an async function; expected one that returns the value itself: (saved) => value`);
  }
  return upgrade as (saved: unknown) => unknown;
}
