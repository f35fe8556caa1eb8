import type { ActorId, EntityId } from '../protocol/actor-id.js';
import { checkAddComponentOptions, componentIdOf } from '../sdk/context/component-arguments.js';
import type { ComponentEntry } from '../sdk/context/entity-runtime.js';
import { ADD_COMPONENT, LIST_COMPONENTS, REMOVE_COMPONENT } from './activation/system-methods.js';
import type { ActorTypes } from './actor-types.js';

type Call = (method: string, ...args: readonly unknown[]) => Promise<unknown>;

/** What `handle.manage` can do about the components of an actor: calls of it, wherever it is. They activate it. */
export function componentVerbs(id: ActorId, call: Call, types: ActorTypes, handleOf: (id: EntityId) => object) {
  return {
    components: async (): Promise<object[]> => {
      const entries = (await call(LIST_COMPONENTS)) as readonly ComponentEntry[];
      return entries.map(({ name }) => handleOf({ ...id, component: name }));
    },
    addComponent: async (classOrName: unknown, options?: unknown): Promise<object> => {
      const { tags, args } = checkAddComponentOptions(options);
      const name = (await call(ADD_COMPONENT, types.componentName(classOrName), tags, args)) as string;
      return handleOf({ ...id, component: name });
    },
    removeComponent: async (component: unknown): Promise<void> => {
      await call(REMOVE_COMPONENT, componentIdOf(component, id).component);
    },
  };
}
