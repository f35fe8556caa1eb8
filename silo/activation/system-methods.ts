// Methods that every actor has beside those of its class. `handle.manage` calls them: they are turns like any other, with a unit and its commit,
// wherever the actor is. No method of a user's can be called by such a name, and clients cannot: the gateway looks into classes alone.
import type { EntityRuntime } from '../../sdk/context/entity-runtime.js';
import { turnModeOf, type TurnMode } from '../turns/turn-mode.js';
import type { Entity } from './entity.js';

export const ADD_COMPONENT = '@addComponent';
export const REMOVE_COMPONENT = '@removeComponent';
export const LIST_COMPONENTS = '@components';

const AT = '@'.charCodeAt(0);
const PLAIN = { minArity: 0, maxArity: 0, strict: false, interleave: false };

interface SystemMethod {
  readonly mode: TurnMode;
  run(runtime: EntityRuntime, args: readonly unknown[]): unknown;
}

const METHODS = new Map<string, SystemMethod>([
  [ADD_COMPONENT, {
    mode: turnModeOf({ ...PLAIN, name: ADD_COMPONENT, readOnly: false }),
    run: (runtime, [className, tags, args]) => runtime.addComponent(className as string, tags as readonly string[], args as readonly unknown[] | undefined),
  }],
  [REMOVE_COMPONENT, {
    mode: turnModeOf({ ...PLAIN, name: REMOVE_COMPONENT, readOnly: false }),
    run: (runtime, [component]) => runtime.removeComponent({ ...runtime.id, component: component as string }),
  }],
  [LIST_COMPONENTS, {
    mode: turnModeOf({ ...PLAIN, name: LIST_COMPONENTS, readOnly: true }),
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
