import type { EntityId } from '../../protocol/actor-id.js';
import type { Duration } from '../../protocol/duration.js';
import type { AnyHandle, EntityClass, EventClass, EventOrigin, OneWayMethods, RemoteMethods } from '../author/index.js';

/** What a client may say of a call. */
export interface ClientCallOptions {
  /** Default `30s`. */
  readonly timeout?: Duration;
  readonly signal?: AbortSignal;
  /** 1 to 256 characters: the call may be sent again after a lost connection, and its effect happens once. */
  readonly idempotencyKey?: string;
}

/** What a live subscription may be given besides its listener. */
export interface ListenOptions {
  /** Events were missed (a lost connection, a slow reader, another activation): get the state anew. */
  readonly onGap?: () => void;
}

/** An actor as a client sees it: its methods (those that are `@Public` answer), and these verbs. */
export type ClientHandle<T> = RemoteMethods<T> & {
  readonly id: EntityId;
  /** Live events of the actor and its components, best effort; resolves with what stops it, rejects when the gateway refuses. */
  on<E extends object>(event: EventClass<E>, listener: (event: E, origin: EventOrigin) => void, options?: ListenOptions): Promise<() => Promise<void>>;
  on<E = unknown>(event: string, listener: (event: E, origin: EventOrigin) => void, options?: ListenOptions): Promise<() => Promise<void>>;
  with(options: ClientCallOptions): ClientHandle<T>;
  readonly oneWay: OneWayMethods<T>;
  getComponent<C extends object>(component: EntityClass<C>): ClientHandle<C>;
  getComponent<C extends object = object>(name: string): ClientHandle<C>;
  equals(other: AnyHandle): boolean;
  toString(): string;
};

/** `reconnecting`: the connection was lost and is tried again. `closed` is final. */
export type ClientState = 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** A client that is connected to the same session actor; this one is in the list too. */
export interface PresentClient {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}
