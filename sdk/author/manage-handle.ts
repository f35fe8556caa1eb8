import type { EntityClass } from './entity-class.js';
import type { AnyHandle, Handle } from './handle.js';

/** Where an entity is active. */
export interface ActivationInfo {
  /** The silo's id. */
  readonly silo: string;
  /** Rises with every activation of the actor. */
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}

export interface AddComponentOptions {
  /** Tags beside those of the class. */
  readonly tags?: readonly string[];
  /** Values for the component; copied and kept with it. */
  readonly args?: readonly unknown[];
}

/** Looking after an actor. Each promise rejects as a call does. */
export interface ManageHandle {
  /** Where the actor is active, `undefined` when it is not. Never activates it. */
  activation(): Promise<ActivationInfo | undefined>;
  /** Ends the activation after the turns that wait; the state stays, and the next call activates again. */
  deactivate(): Promise<void>;
  /** Moves the activation to a silo, or to one that placement chooses. State and waiting calls move along. */
  migrate(siloId?: string): Promise<void>;
  /** Ends the activation and deletes the actor's state, bindings, reminders and tags. A later call begins anew. */
  destroy(): Promise<void>;
  /** Handles of the actor's components, in order of declaration. */
  components(): Promise<readonly Handle<object>[]>;
  /** Adds a component; it stays until it is removed. */
  addComponent<C extends object>(component: EntityClass<C>, options?: AddComponentOptions): Promise<Handle<C>>;
  addComponent<C extends object = object>(name: string, options?: AddComponentOptions): Promise<Handle<C>>;
  /** Removes a component with its state. */
  removeComponent(component: AnyHandle): Promise<void>;
}
