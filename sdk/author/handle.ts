import type { EntityId } from '../../protocol/actor-id.js';
import type { HookName, ReservedName } from '../../decorators/metadata.js';
import type { CallOptions } from './call-options.js';
import type { EntityClass, EventClass } from './entity-class.js';
import type { AddComponentOptions, ActivationInfo } from './activation-info.js';

type ObjectMember = 'constructor' | 'hasOwnProperty' | 'isPrototypeOf' | 'propertyIsEnumerable' | 'toLocaleString' | 'toString' | 'valueOf';

/** Names that are never callable: hooks, handles' own names, and what every object or function has. */
type UncallableName =
  | HookName | ReservedName | ObjectMember | 'toJSON'
  | '__proto__' | '__defineGetter__' | '__defineSetter__' | '__lookupGetter__' | '__lookupSetter__';

/**
 * `K` when it names a method of `T` that can be called from afar, else `never`. It must not look at what methods return: methods without a
 * declared result may call their own entity, and their types would go round in a circle. Hence `void`, which the compiler takes unseen.
 */
type CallableName<T, K extends keyof T> = K extends string
  ? K extends UncallableName ? never : 0 extends 1 & T[K] ? never : T[K] extends (...args: never[]) => void ? K : never
  : never;

/** What generators return: they cannot be called from afar. */
type Streamed = Iterator<unknown, unknown, never> | AsyncIterator<unknown, unknown, never> | AsyncIterable<unknown>;

/** False for results that are streams; `any` and `never` are none. */
type IsValue<R> = 0 extends 1 & R ? true : [R] extends [never] ? true : [R] extends [Streamed] ? false : true;

/** The parameters of `F` with another result; `never` for generators. */
type Replace<F, Result> = F extends (...args: infer A) => infer R ? (IsValue<R> extends true ? (...args: A) => Result : never) : never;

type ResultOf<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;

/** The callable methods of `T`, each returning a promise of its (awaited) result. Overloads keep their last signature. */
export type RemoteMethods<T> = { readonly [K in keyof T as CallableName<T, K>]: Replace<T[K], Promise<ResultOf<T[K]>>> };

/** The callable methods of `T`, each resolving when its message is buffered (in a turn: stored by its commit) or stored (outside). */
export type TellMethods<T> = { readonly [K in keyof T as CallableName<T, K>]: Replace<T[K], Promise<void>> };

/** The callable methods of `T`, each without result and without error. */
export type OneWayMethods<T> = { readonly [K in keyof T as CallableName<T, K>]: Replace<T[K], void> };

/** Any handle, whatever it leads to. */
export interface AnyHandle {
  /** Who it leads to: plain data, frozen. */
  readonly id: EntityId;
  /** The same type, key and component. Options set by `with` do not count. */
  equals(other: AnyHandle): boolean;
  /** `player/p1`, or `player/p1#Health` for a component. Use it as a Map key. */
  toString(): string;
}

/** What every handle has beside the methods of its entity. These names are reserved: no actor or component can declare them as methods. */
export interface HandleVerbs<T> extends AnyHandle {
  /** The same handle with options for its calls. Options add up; the handle it is called on stays as it was. */
  with(options: CallOptions): Handle<T>;
  /**
   * Messages: at least once, in order per sender and target, effects on state once. A message whose turn throws is run again as `@Delivery` says.
   * In a turn they are part of its unit; `ConfigurationError` in a `@ReadOnly` one, in a service's, and with options that are for calls.
   */
  readonly tell: TellMethods<T>;
  /** Calls that are handed to the link and forgotten: no result, no error. */
  readonly oneWay: OneWayMethods<T>;
  /** Sends one event to this entity alone, bound or not: durable, as `tell`; its `@On` handler without `from` runs. */
  send(event: object): Promise<void>;
  /** From now on `listener` hears this entity's events of the class, those of its components too. Durable and idempotent: a call of this entity's actor. */
  bind(event: EventClass, listener: AnyHandle): Promise<void>;
  /** Ends what `bind` began. Idempotent. */
  unbind(event: EventClass, listener: AnyHandle): Promise<void>;
  /** The first component of the class or name. No I/O: it is resolved at each call, and a missing one rejects that with `UnknownComponentError`. */
  getComponent<C extends object>(component: EntityClass<C>): Handle<C>;
  getComponent<C extends object = object>(name: string): Handle<C>;
  /** The first component of the class that has the tag, when the call arrives. No I/O: as `getComponent`. */
  findComponent<C extends object>(component: EntityClass<C>, tag: string): Handle<C>;
  /** By wire name, for files that import the class only as a type. */
  findComponent<C extends object = object>(name: string, tag: string): Handle<C>;
  /** Looking after the entity, as opposed to talking to it. */
  readonly manage: ManageHandle;
}

/**
 * A reference to an actor, component or service, whether it is active or not. Getting one costs nothing and always succeeds. Arguments and
 * results are copied, also on one silo. It can be passed in arguments, results, events and state, and it can be awaited (`then` is undefined).
 */
export type Handle<T> = RemoteMethods<T> & HandleVerbs<T>;

/** The handle that leads to instances of a class: `HandleFor<typeof Player>` is `Handle<Player>`. */
export type HandleFor<C extends abstract new (...args: never[]) => unknown> = Handle<InstanceType<C>>;

/** Looking after an actor. Each promise rejects as a call does, and within the handle's `timeout` (30 s) at the latest: `CallTimeoutError`, outcome unknown. */
export interface ManageHandle {
  /** Where the actor is active, `undefined` when it is not. Never activates it. */
  activation(): Promise<ActivationInfo | undefined>;
  /** Ends the activation after the turns that wait; the state stays, and the next call activates again. */
  deactivate(): Promise<void>;
  /** Moves the activation to a silo, or to one that placement chooses. State and waiting calls move along. Not in this version: refused with `ConfigurationError`. */
  migrate(siloId?: string): Promise<void>;
  /** Ends the activation and deletes the actor's state, tags, reminders, and who is bound to it. It stays bound to others: a later call or event begins anew. */
  destroy(): Promise<void>;
  /** Handles of the actor's components: as declared, then as added. A call of the actor: activates it. */
  components(): Promise<readonly Handle<object>[]>;
  /** Adds a component; it stays until it is removed. A call of the actor: activates it, takes its turn, is committed when it resolves. */
  addComponent<C extends object>(component: EntityClass<C>, options?: AddComponentOptions): Promise<Handle<C>>;
  /** By wire name. */
  addComponent<C extends object = object>(name: string, options?: AddComponentOptions): Promise<Handle<C>>;
  /** Removes exactly this component with its state: one of `components()` or `addComponent`. `UnknownComponentError` when there is none of its name. */
  removeComponent(component: AnyHandle): Promise<void>;
}
