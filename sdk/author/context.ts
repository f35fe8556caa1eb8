// What the framework passes to constructors. One context per instance; its members act for exactly this entity.
import type { Logger } from '../../protocol/ports/logger.js';
import type { AddComponentOptions } from './activation-info.js';
import type { CallInfo } from './call-options.js';
import type { EntityClass, EventClass } from './entity-class.js';
import type {
  Broadcast, DurableEmitOptions, EmitOptions, LiveEmitOptions, ReminderInfo, ReminderSpec, Timer, TimerOptions,
} from './events.js';
import type { AnyHandle, Handle, HandleVerbs, RemoteMethods } from './handle.js';
import type { ConnectedClient } from './hooks.js';

declare const contextOf: unique symbol;

/** What to search actors by. */
export interface ActorQuery {
  readonly tag: string;
  /** An actor type; all types when absent. */
  readonly type?: string | EntityClass;
}

export interface TailCallOptions {
  /** The call's turn is the next one on this actor and its components, whoever waits: for handles of this actor and its components. */
  readonly keepTurn?: boolean;
}

/**
 * The entity's tags. `find`, `findAll` and `findComponent` find components by them and by those of their class; `findActors` finds an actor by its
 * own and by those that its components were given, but not by those of component classes, which all actors of a type have. Changes are part of
 * the unit of work. A tag is text of 1 to 256 characters that does not begin with `!`.
 */
export interface Tags {
  /** In a turn of this entity that may write; `ConfigurationError` elsewhere. */
  add(...tags: readonly string[]): void;
  /** As `add`. Tags of the class stay: `ConfigurationError`. */
  remove(...tags: readonly string[]): void;
  /** Also true of the tags of a component's class. */
  has(tag: string): boolean;
}

/** What actors, components and services share. */
export interface BaseContext {
  /** The wire name of the actor type (of a component: its actor's) or service. */
  readonly type: string;
  /** Logs with the entity's type, key and component as fields. */
  readonly log: Logger;
  /** The running turn. Throws `ConfigurationError` outside of a turn, also in code that a turn left behind. */
  readonly call: CallInfo;
  /**
   * A directory for temporary files, of this entity and activation alone; made when it is first asked for, gone with the activation, or after a
   * crash when a silo starts there next. Below the system's temporary directory (`TMPDIR`).
   */
  readonly tmpdir: string;
  /** A handle: no I/O, always valid. Throws `InvalidArgumentError` for a bad key. */
  actor<T extends object>(actor: EntityClass<T>, key: string): Handle<T>;
  /** By wire name, for files that import the class only as a type. */
  actor<T extends object = object>(type: string, key: string): Handle<T>;
  /** A handle of a service: no I/O, always valid. */
  service<T extends object>(service: EntityClass<T>): Handle<T>;
  /** By wire name, for files that import the class only as a type. */
  service<T extends object = object>(name: string): Handle<T>;
  /**
   * All actors of the cluster that have the tag committed, page by page from the store: none is activated, and none that was destroyed comes. Who
   * gets or loses the tag meanwhile may come or not. Read it to its end or leave it: nothing is kept open. Throws `ConfigurationError` for a bad query.
   */
  findActors<T extends object = object>(query: ActorQuery): AsyncIterable<Handle<T>>;
  /**
   * Emits to every listener that is bound when the turn's unit commits, to the actor's own handlers (`@On(…, { from: 'self' })`) and to live subscriptions. In a turn the
   * promise resolves when the event is buffered: the unit's commit stores it. Of a service, which has neither: rejects with `ConfigurationError`.
   */
  emit(event: object, options?: (DurableEmitOptions & { readonly receipts?: false }) | LiveEmitOptions): Promise<void>;
  /** With receipts: how far the event has come to those who are bound. */
  emit(event: object, options: DurableEmitOptions & { readonly receipts: true }): Promise<Broadcast>;
  emit(event: object, options: EmitOptions): Promise<Broadcast | undefined>;
}

/** What actors and components share. */
export interface EntityContext<Self> extends BaseContext {
  /** The actor's key; of a component: its actor's. */
  readonly key: string;
  /** This very entity, as others see it. Calls through it wait for their turn as all calls do. */
  readonly self: Handle<Self>;
  /** By which `findActors` finds the actor, and `find` the component. */
  readonly tags: Tags;
  /** Clients connected now, if this is a session actor; else empty. */
  readonly clients: readonly ConnectedClient[];
  /** The first component of the class, in the order of declaration, then of addition; `undefined` when the actor has none. */
  get<C extends object>(component: EntityClass<C>): Handle<C> | undefined;
  /** The first component of the class that has the tag. */
  find<C extends object>(component: EntityClass<C>, tag: string): Handle<C> | undefined;
  /** All components of the class, or those that have the tag. */
  findAll<C extends object>(component: EntityClass<C>, tag?: string): readonly Handle<C>[];
  /**
   * Adds a component to the actor, as part of the unit of work; it stays until it is removed. Resolves when its `onActivate` has run, and rejects
   * with `ActivationFailedError` when that or the constructor throws, `ComponentCrashedError` when its thread dies of it, `UnknownComponentError` when no
   * module of the silo has the class. Several of one class are possible: the second is named `Burning-2`. In a turn of a component it waits for the
   * actor's mailbox.
   */
  addComponent<C extends object>(component: EntityClass<C>, options?: AddComponentOptions): Promise<Handle<C>>;
  /** By wire name. */
  addComponent<C extends object = object>(name: string, options?: AddComponentOptions): Promise<Handle<C>>;
  /**
   * Removes a component of this actor with its state, as part of the unit of work, in a turn on it and after its `onDeactivate('requested')`. The
   * handle is one of `get`, `find`, `findAll` or `addComponent`: it names exactly this component, `UnknownComponentError` when there is none. The
   * calls that wait for it fail with `UnknownComponentError` after the commit.
   */
  removeComponent(component: AnyHandle): Promise<void>;
  /** From now on this entity hears the source's events of the class. Durable and idempotent: call it in `onActivate`. A call of the source's actor; its own components' events come too. */
  bind(source: AnyHandle, event: EventClass): Promise<void>;
  /** Ends what `bind` began. Idempotent. */
  unbind(source: AnyHandle, event: EventClass): Promise<void>;
  /**
   * Sets (or replaces) a durable reminder; the entity's `@OnReminder(name)` method runs when it is due, also after crashes, as a message does.
   * Part of the unit of work. Throws `ConfigurationError` when no method has the name, or the times are none. Due times that pass while nobody can
   * handle them are not made up: one firing comes, which says how many it stands for.
   */
  remind(name: string, when: ReminderSpec, payload?: unknown): Promise<void>;
  /** Ends what `remind` began. Idempotent. */
  cancelReminder(name: string): Promise<void>;
  /** This entity's reminders, with what the turn's unit has changed. */
  reminders(): Promise<readonly ReminderInfo[]>;
  /** A timer in memory, for as long as the entity is active. Its callbacks are turns. */
  timer(callback: () => unknown, options: TimerOptions): Timer;
  /** A save point: what the unit of work did so far is durable when it resolves, and stays when the turn throws later. */
  save(): Promise<void>;
  /** Ends the activation after this turn. Resolves when that is noted. */
  deactivate(): Promise<void>;
  /** Moves the actor after this turn, to the silo or where placement chooses. Resolves when that is noted. Not in this version: refused with `ConfigurationError`. */
  migrate(siloId?: string): Promise<void>;
  /** After this turn, ends the activation and deletes the actor's state, tags, reminders, and who is bound to it. It stays bound to others. Resolves when that is noted. */
  destroy(): Promise<void>;
  /**
   * A call that takes over from this turn: `return ctx.tailCall(handle).method(…)`. It is committed with what the turn did, or neither is; whoever waits
   * for this turn gets its result. After a crash it runs again, and nothing before it. Use what its methods return for `return` alone: the turn fails
   * with `ConfigurationError` when it makes one and does not return it. Throws that error in hooks, `@ReadOnly()` turns, turns that their own
   * actor waits for, outside turns, and for services.
   */
  tailCall<H extends AnyHandle>(handle: H, options?: TailCallOptions): MethodsOf<H>;
}

/** The remote methods of a handle type. */
export type MethodsOf<H> = H extends HandleVerbs<infer T> ? RemoteMethods<T> : never;

/** The one argument of an `@Actor` class's constructor. */
export type ActorContext<Self> = EntityContext<Self>;

/** The one argument of a `@Component` class's constructor. */
export interface ComponentContext<Self, Owner = unknown> extends EntityContext<Self> {
  /** The actor that has this component. */
  readonly owner: Handle<Owner>;
  /** What it was added with: `addComponent(Burning, { args: [3] })`. Empty for a component that the class of the actor lists. */
  readonly args: readonly unknown[];
}

/** The one argument of a `@Service` class's constructor. `call` is that of the turn whose code asks: many run on one instance at once. */
export interface ServiceContext<Self> extends BaseContext {
  /** For the compiler alone: contexts of two classes are two types. Never set. */
  readonly [contextOf]?: Self;
}
