// The options of `startSilo`, as users write them. Reading and checking them is silo/options/.
import type { Handshake } from '../protocol/ports/client-link.js';
import type { Identity } from '../protocol/identity.js';
import type { Logger } from '../protocol/ports/logger.js';
import type { PlacementPolicy } from '../protocol/ports/placement.js';
import type { Durability, LogLevel, PolicyName } from './options/names.js';

export type { Durability, LogLevel, PolicyName } from './options/names.js';
export { resolveSiloOptions, type ResolvedSiloOptions } from './options/resolve-silo-options.js';
export type { ResolvedGatewayOptions } from './options/gateway-options.js';

/** What a silo runs and how it is reached. Anything else in the object, at any depth, is a `ConfigurationError`. */
export interface SiloOptions {
  /** Isolates everything in Redis; a letter or `_`, then letters, digits, `_ . -`. Default `default`. */
  readonly cluster?: string | undefined;
  /** Where the actors are: globs, paths, URLs; also classes or module namespaces. Relative paths start at the working directory. */
  readonly modules: readonly ModuleSource[];
  /**
   * Whether the files behind `modules`, and what they import by a path, are loaded anew when they change: instances in threads move to the new
   * code when they are idle, with their state, and no call fails of it. Default false. docs/hot-modules.md.
   */
  readonly watch?: boolean | undefined;
  /** A file: while it exists no thread starts and no module is loaded anew (`troupe deploy begin` makes it). Default `.troupe-deploy.lock`. */
  readonly deployLock?: string | undefined;
  /** Absent: embedded, nothing is kept after exit. */
  readonly redis?: RedisSource | undefined;
  /**
   * What a reply waits for. `primary` (default): the commit on the primary; a failover of Redis may lose acknowledged writes. `replicated`: also its
   * arrival on a replica, which a failover keeps; without a replica the silo does not start, and while none answers nothing is committed. The
   * same for all silos of a cluster. docs/guarantees.md.
   */
  readonly durability?: Durability | undefined;
  /** Where other silos reach this one; not opened without `redis`. Default 127.0.0.1:11111, or another port when that is taken. */
  readonly listen?: ListenOptions | undefined;
  /** The address by which other silos reach this one, where `listen` is not it: `ws://host:port`. */
  readonly advertise?: string | undefined;
  /** Absent: no gateway, no outside clients. */
  readonly gateway?: GatewayOptions | undefined;
  /**
   * Proves to other silos that this one belongs to the cluster; required when `listen.host` is beyond loopback. A list: the first proves, any is
   * accepted. To exchange it, give every silo `[old, new]`, then `[new, old]`, then `new`.
   */
  readonly secret?: string | readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** What this silo takes at most. Not in this version: refused with `ConfigurationError`. */
  readonly capacity?: { readonly activations?: number | undefined } | undefined;
  readonly placement?: PlacementOptions | undefined;
  /** A level, or where to log instead. Default `info`. */
  readonly log?: LogLevel | Logger | undefined;
}

/** A glob, a path or a URL; a class; or a module namespace (`import * as actors`). */
export type ModuleSource = string | URL | ModuleClass | Readonly<Record<string, unknown>>;
export type ModuleClass = abstract new (...args: never[]) => object;

/** A URL; an ioredis options object or instance (also of a Cluster or through Sentinels); or a function that makes a new instance at each call, whose settings it checks. */
export type RedisSource = string | URL | object | (() => object);

export interface ListenOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

/** How outside clients come in. */
export interface GatewayOptions {
  /** Default 3000; 0 takes any free port. */
  readonly port?: number | undefined;
  /** Default 127.0.0.1: only this machine. */
  readonly host?: string | undefined;
  /** Who a client is; throw to refuse it. `'anonymous'` says openly that anyone may connect. */
  readonly authenticate: Authenticate | 'anonymous';
  /** Asked before every call and subscription that `@Public` allows; false or a throw refuses it. */
  readonly authorize?: Authorize | undefined;
  /** The actor type that clients belong to: each one to the actor with its identity's id as key. */
  readonly session?: string | undefined;
  /** Pages of these origins may connect besides the gateway's own; `'*'` is any. Default none. */
  readonly origins?: readonly string[] | '*' | undefined;
  readonly limits?: Partial<GatewayLimits> | undefined;
  /** Where clients reach this gateway, if not by `host` and `port` (a proxy, a public name): the others' clients are told, and come when theirs is lost. */
  readonly advertise?: string | undefined;
  /** A folder that the gateway serves over HTTP. */
  readonly page?: string | URL | undefined;
}

/** Of one client's connection. What exceeds them is refused before user code sees it. */
export interface GatewayLimits {
  /** Default 200. */
  readonly callsPerSecond: number;
  /** Calls at once after a pause. Default twice `callsPerSecond`. */
  readonly burst: number;
  /** Calls waiting for their result. Default 100. */
  readonly inFlight: number;
  /** Of one message. Default 65 536. */
  readonly bytes: number;
  /** Nesting of a message's values. Default 32. */
  readonly depth: number;
  /** Values in a message. Default 10 000. */
  readonly nodes: number;
  /** Events subscribed to at the same time. Default 256. */
  readonly subscriptions: number;
}

export type Authenticate = (handshake: Handshake) => Identity | Promise<Identity>;
export type Authorize = (identity: Identity, access: AccessRequest) => boolean | Promise<boolean>;

/** What a client asks for: a call of `method`, or a subscription to `event`. */
export interface AccessRequest {
  readonly type: string;
  readonly key: string;
  readonly component?: string | undefined;
  readonly method?: string | undefined;
  readonly event?: string | undefined;
  readonly args: readonly unknown[];
}

/** Where actors become active. */
export interface PlacementOptions {
  /** The policy of actors whose class names none: a built-in one, or one of `policies`. Default `random`. */
  readonly default?: PolicyName | (string & Record<never, never>) | undefined;
  /** Policies of your own, which classes can name then. */
  readonly policies?: readonly PlacementPolicy[] | undefined;
}
