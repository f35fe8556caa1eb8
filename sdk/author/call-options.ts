import type { EntityId } from '../../protocol/actor-id.js';
import type { Duration } from '../../protocol/duration.js';
import type { Baggage } from '../../protocol/envelope.js';
import type { Identity } from '../../protocol/identity.js';

/** Options for the calls of a handle: `handle.with({ timeout: '2s' }).method()`. Unknown ones are refused with `ConfigurationError`. */
export interface CallOptions {
  /** How long to wait for the result, then `CallTimeoutError`. `30s` when absent; never longer than the calling turn may take. */
  readonly timeout?: Duration;
  /** Aborting it rejects the call with `CancelledError`; a turn that runs already sees it as `ctx.call.signal`. */
  readonly signal?: AbortSignal;
  /** How long to wait for capacity before `NoCapacityError`. Not in this version: refused with `ConfigurationError`. */
  readonly within?: Duration;
  /** How far away the callee may be placed. Not in this version: refused with `ConfigurationError`. */
  readonly scope?: 'silo' | 'zone' | 'cluster';
  /** The result is recorded with the state: a repeat under this key returns it without running the method again. */
  readonly idempotencyKey?: string;
  /**
   * Stored before it is made, and made until the method has returned or thrown, also across crashes; its effect on state happens once. When the
   * caller stops waiting (`timeout`, `signal`), it goes on as a message. In a turn that handles a message, and is run again, it returns what it
   * returned before. `ConfigurationError` in clients, for services, with `idempotencyKey`, and for `tell` and `oneWay`.
   */
  readonly durable?: boolean;
  /** Which versions of the class may answer (semver range). Not in this version: refused with `ConfigurationError`. */
  readonly version?: string;
}

/** The turn that is running: `ctx.call`. */
export interface CallInfo {
  /** The method (or handler, timer, hook) that runs. */
  readonly method: string;
  /** Who made the call; absent for outside clients, the silo object, timers and hooks. */
  readonly from?: EntityId | undefined;
  /** Who the outside client is that began the chain; absent when none did. Nobody but the gateway can set it. */
  readonly identity?: Identity | undefined;
  /** When the caller stops waiting: milliseconds since 1970; `Infinity` when nobody waits. */
  readonly deadline: number;
  /** Aborts when the caller cancels, the deadline passes, or the turn keeps the silo from stopping (a second after that began). Turns that wait for long obey it. */
  readonly signal: AbortSignal;
  /** Values that travel along the chain. */
  readonly baggage: Baggage;
}
