import type { Duration } from '../../protocol/duration.js';

/** Where an event came from: the second argument of a handler. */
export interface EventOrigin {
  /** The emitting actor's type. */
  readonly type: string;
  /** The emitting actor's key. */
  readonly key: string;
  /** Set when one of its components emitted. */
  readonly component?: string | undefined;
  /** Unique per emit, and the same in every delivery of it. */
  readonly id: string;
  /** Rises along the events of one emitter. */
  readonly seq: number;
  /** When it was emitted: milliseconds since 1970. */
  readonly at: number;
}

/** A durable event: every bound listener handles it at least once, with effects on state once. */
export interface DurableEmitOptions {
  readonly live?: false;
  /** Resolve with a `Broadcast` that tells how far the event has come. Without it nothing is tracked. */
  readonly receipts?: boolean;
}

/** A live event: live subscriptions only, best effort, nothing stored, sent at once. */
export interface LiveEmitOptions {
  readonly live: true;
  /** A client that falls behind gets only the newest event per emitter, class and `key`. */
  readonly key?: string;
}

export type EmitOptions = DurableEmitOptions | LiveEmitOptions;

export interface BroadcastResult {
  readonly delivered: number;
  readonly failed: readonly { readonly listener: string; readonly error: Error }[];
}

/**
 * How far an event has come to those who are bound. Re-open it, after a crash too, by its id: `silo.broadcast(id)`; receipts are kept for 24 hours.
 * Asked for in the emitting turn it commits what the unit did so far, and is refused as `ctx.save()` is. Rejects with `InvalidArgumentError` when
 * nothing is known of the id for half a minute, with `SiloUnavailableError` when the silo that is asked stops.
 */
export interface Broadcast {
  readonly id: string;
  /** Resolves when every listener's mailbox (or inbox) has the event. */
  readonly received: Promise<BroadcastResult>;
  /** Resolves when every handler has finished, or its message is a dead letter: `failed` has the first 100 of those. */
  readonly processed: Promise<BroadcastResult>;
}

/** When a timer's callback runs: `due` from now, then every `every`. */
export interface TimerOptions {
  readonly due: Duration;
  readonly every?: Duration;
}

/** A timer in memory; it ends with the activation. */
export interface Timer {
  /** Idempotent. A callback that waits already does not run any more. */
  cancel(): void;
}

/** When a reminder is due. Exactly one of the forms; `at` is a Date or milliseconds since 1970. */
export type ReminderSpec =
  | { readonly in: Duration }
  | { readonly at: Date | number }
  | { readonly every: Duration }
  | { readonly cron: string; readonly timezone?: string };

/** A reminder as it is stored. */
export interface ReminderInfo {
  readonly name: string;
  readonly spec: ReminderSpec;
  /** When it is due next: milliseconds since 1970. */
  readonly due: number;
}

/** The second argument of an `@OnReminder` method. */
export interface ReminderFiring {
  readonly name: string;
  /** When it was due: milliseconds since 1970. */
  readonly due: number;
  /** How many due times passed without a firing. */
  readonly missed: number;
}
