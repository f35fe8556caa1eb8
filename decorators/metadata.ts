// What the decorators know of a class, resolved and frozen: the one table that the silo, the gateway and handles look members up in.
// Members are found here by Map lookup, never by property access on user objects.
import type { StandardSchema } from '../protocol/standard-schema.js';
import type { ThreadMetadata } from './thread-options.js';

export type Constructor<T = object> = abstract new (...args: never[]) => T;

/** Who may call a public method (or subscribe to a public event) from outside. `default` is decided by the gateway: `self` on its session type, else `any`. */
export type PublicAudience = 'self' | 'any' | 'default' | readonly string[];

export interface PublicAccess {
  readonly for: PublicAudience;
  readonly args?: readonly StandardSchema[] | undefined;
}

/** How messages are retried whose turns throw. */
export interface DeliveryMetadata {
  readonly attempts: number;
  /** Before the second attempt; doubled before each further one. */
  readonly backoffMs: number;
  /** What the same sender sent later waits. */
  readonly isStrict: boolean;
}

export interface MethodMetadata {
  readonly name: string;
  /** Declared parameters (`minArity` counts those before the first default; `maxArity` is Infinity with a rest parameter, or when it cannot be known). */
  readonly minArity: number;
  readonly maxArity: number;
  readonly readOnly: boolean;
  /** Ownership is verified in the store before the reply. Only with `readOnly`. */
  readonly strict: boolean;
  /** May run while a turn of another chain awaits. */
  readonly interleave: boolean;
  readonly public?: PublicAccess | undefined;
  /** Of its tells. */
  readonly delivery: DeliveryMetadata;
}

export interface StateFieldMetadata {
  readonly name: string;
  readonly lazy: boolean;
  /** Makes the field's value of what was saved; called without `this`, each time that a saved value is restored. */
  readonly upgrade?: (saved: unknown) => unknown;
}

export interface TimerMetadata {
  readonly method: string;
  readonly periodMs: number;
}

export interface HandlerMetadata {
  readonly method: string;
  readonly event: Constructor;
  readonly eventName: string;
  /** `self`: the own actor's and its components' events; absent: those of the actors that the entity is bound to. */
  readonly from?: 'self' | undefined;
  readonly delivery: DeliveryMetadata;
}

export const HOOKS = [
  'onActivate', 'onDeactivate', 'onDehydrate', 'onRehydrate', 'onConnect', 'onDisconnect', 'canMove', 'onDrain',
] as const;
export type HookName = (typeof HOOKS)[number];

/** Names that belong to handles, for ever: a class that declares one as a method is refused when it loads. */
export const RESERVED_NAMES = [
  'id', 'with', 'tell', 'oneWay', 'send', 'bind', 'unbind', 'on', 'equals', 'getComponent', 'findComponent', 'manage', 'then',
] as const;
export type ReservedName = (typeof RESERVED_NAMES)[number];

/** What may enter an entity while a turn on it awaits. */
export type Reentrancy = 'chain' | 'all' | 'none';

/** When changed state is saved. */
export type Persistence = 'turn' | 'lazy' | 'manual';

/** What stands between an entity's code and the silo's thread. */
export type Isolation = 'inline' | 'worker' | 'dedicated';

export interface ClassMetadata {
  readonly name: string;
  readonly target: Constructor;
  /** Callable methods: every public prototype method that is no hook, handler, accessor, reserved name or async generator. */
  readonly methods: ReadonlyMap<string, MethodMetadata>;
  readonly state: ReadonlyMap<string, StateFieldMetadata>;
  readonly timers: readonly TimerMetadata[];
  readonly handlers: readonly HandlerMetadata[];
  /** The method of each reminder, by its name. */
  readonly reminders: ReadonlyMap<string, string>;
  readonly hooks: ReadonlySet<HookName>;
  readonly reentrancy: Reentrancy;
  readonly persistence: Persistence;
  readonly isolation: Isolation;
  /** How its threads are, where it has some. */
  readonly threading: ThreadMetadata;
}

export interface ActorMetadata extends ClassMetadata {
  readonly kind: 'actor';
  /** Resolves thunks on first use; in declaration order; throws `ConfigurationError` for a class without `@Component` or two of one name. */
  readonly components: () => readonly ComponentMetadata[];
  readonly idleAfterMs: number;
  readonly alwaysOn: boolean;
  readonly mailboxLimit: number;
  readonly placement: { readonly policy: string; readonly options: Readonly<Record<string, unknown>> } | undefined;
}

export interface ComponentMetadata extends ClassMetadata {
  readonly kind: 'component';
  readonly tags: readonly string[];
}

export interface ServiceMetadata extends ClassMetadata {
  readonly kind: 'service';
  /** Turns at once per silo. */
  readonly concurrency: number;
}

/** A class of events. `public` is set when outside clients may listen. */
export interface EventMetadata {
  readonly name: string;
  readonly target: Constructor;
  readonly public?: PublicAccess | undefined;
}
