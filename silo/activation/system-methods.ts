// Methods that every actor has beside those of its class. `handle.manage` calls them: they are turns like any other, with a unit and its commit,
// wherever the actor is. No method of a user's can be called by such a name, and clients cannot: the gateway looks into classes alone.
import type { EntityRuntime } from '../../sdk/context/entity-runtime.js';
import { turnModeOf, type TurnMode } from '../turns/turn-mode.js';
import type { Entity } from './entity.js';

export const ADD_COMPONENT = '@addComponent';
export const REMOVE_COMPONENT = '@removeComponent';
export const LIST_COMPONENTS = '@components';
/** `[event, listener, bound]`. */
export const BIND = '@bind';
/** `[deliveries, looks]`: no turn of its own, but one for each. */
export const DELIVER = '@deliver';
/** `[ids]`: nobody will ask for the results of these operations. No turn. */
export const ACKNOWLEDGE = '@acknowledge';

const AT = '@'.charCodeAt(0);
const PLAIN = { strict: false, interleave: false };
/** Always this very object. */
export const DELIVERY_MODE: TurnMode = Object.freeze({ ...turnModeOf({ ...PLAIN, readOnly: false }), system: true });
/** Always this very object. */
export const ACKNOWLEDGE_MODE: TurnMode = Object.freeze({ ...turnModeOf({ ...PLAIN, readOnly: true }), system: true });

interface SystemMethod {
  readonly mode: TurnMode;
  run(runtime: EntityRuntime, args: readonly unknown[]): unknown;
}

const METHODS = new Map<string, SystemMethod>([
  [ADD_COMPONENT, {
    mode: turnModeOf({ ...PLAIN, readOnly: false }),
    run: (runtime, [className, tags, args]) => runtime.addComponent(className as string, tags as readonly string[], args as readonly unknown[] | undefined),
  }],
  [REMOVE_COMPONENT, {
    mode: turnModeOf({ ...PLAIN, readOnly: false }),
    run: (runtime, [component]) => runtime.removeComponent({ ...runtime.id, component: component as string }),
  }],
  [BIND, {
    mode: turnModeOf({ ...PLAIN, readOnly: false }),
    run: (runtime, [event, listener, bound]) => runtime.changeBinding!(event as string, listener as string, bound as boolean),
  }],
  [DELIVER, { mode: DELIVERY_MODE, run: () => undefined }],
  [ACKNOWLEDGE, { mode: ACKNOWLEDGE_MODE, run: () => undefined }],
  [LIST_COMPONENTS, {
    mode: turnModeOf({ ...PLAIN, readOnly: true }),
    run: (runtime) => runtime.components(),
  }],
]);

/** How calls of it take their turn; `undefined` when there is none of the name. */
export function systemMode(method: string): TurnMode | undefined {
  return METHODS.get(method)?.mode;
}

export function isSystemMethod(method: string): boolean {
  return method.charCodeAt(0) === AT && METHODS.has(method);
}

/** Call it as code of a turn on the actor. */
export function runSystemMethod(owner: Entity, method: string, args: readonly unknown[]): unknown {
  return METHODS.get(method)!.run(owner.activation.services.createRuntime(owner), args);
}
