// Hooks are found by name; the interfaces are for the compiler. A class may have any of them without `implements`.
import type { Identity } from '../../protocol/identity.js';

/** Why an activation ends. */
export type DeactivationReason = 'idle' | 'requested' | 'migrating' | 'shutdown' | 'capacity' | 'failed' | 'superseded';

/** Why a client is gone: it said goodbye, its connection broke, or it was kicked. */
export type DisconnectReason = 'left' | 'lost' | 'kicked';

/** A client connected to this session actor. */
export interface ConnectedClient {
  /** Unique per connection: a client that reconnects is another one, with the same identity. */
  readonly id: string;
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Sends an event to this client alone: best effort; it hears it under the event's wire name. */
  send(event: object): void;
  /** Closes the connection; the client does not come back by itself. */
  kick(reason?: string): void;
}

export interface OnActivate {
  /** Runs before the first call, when the saved state is in place. A throw fails the activation with `ActivationFailedError`. */
  onActivate(): void | Promise<void>;
}

export interface OnDeactivate {
  /** Runs after the last call; state changed here is saved. Not run after a crash. */
  onDeactivate(reason: DeactivationReason): void | Promise<void>;
}

export interface OnDehydrate {
  /** Before a migration: what the new activation's `onRehydrate` gets. Must be serializable. Not in this version: never called. */
  onDehydrate(): unknown;
}

export interface OnRehydrate {
  /** After a migration, before `onActivate`: what `onDehydrate` returned. Not in this version: never called. */
  onRehydrate(carried: unknown): void | Promise<void>;
}

export interface OnConnect {
  /** A client of this session actor connected, or was there already when the actor was activated anew. The client is told that it is
   * connected when this has ended; a throw refuses it. Bounded: 10 s. */
  onConnect(client: ConnectedClient): void | Promise<void>;
}

export interface OnDisconnect {
  /** A client of this session actor is gone. */
  onDisconnect(client: ConnectedClient, reason: DisconnectReason): void | Promise<void>;
}
