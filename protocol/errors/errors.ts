// The errors of the public contract, in its three groups. A class per fact; the group decides `retryable`.
import { TroupeError, type TroupeErrorOptions } from './troupe-error.js';

type Options<Fields = object> = TroupeErrorOptions & Partial<Fields>;

/** No silo could be reached for the call; it surely did not run. */
export class SiloUnavailableError extends TroupeError { readonly code = 'ERR_SILO_UNAVAILABLE'; readonly retryable = true; }
/** No silo has room for the activation. */
export class NoCapacityError extends TroupeError { readonly code = 'ERR_NO_CAPACITY'; readonly retryable = true; }
/** The entity's mailbox holds `limit` waiting calls already. */
export class MailboxFullError extends TroupeError {
  readonly code = 'ERR_MAILBOX_FULL'; readonly retryable = true;
  declare readonly limit: number;
  constructor(message: string, options?: Options<{ limit: number }>) { super(message, options); }
}
/** The caller exceeded a rate: calls per second, calls in flight, or keys. */
export class RateLimitedError extends TroupeError { readonly code = 'ERR_RATE_LIMITED'; readonly retryable = true; }
/** The call would wait for itself: `cycle` names the actors in order. It did not run. */
export class CallCycleError extends TroupeError {
  readonly code = 'ERR_CALL_CYCLE'; readonly retryable = true;
  declare readonly cycle: readonly string[];
  constructor(message: string, options?: Options<{ cycle: readonly string[] }>) { super(message, options); }
}

/** The link broke while the call was under way; whether it ran is unknown. */
export class LinkLostError extends TroupeError { readonly code = 'ERR_LINK_LOST'; readonly retryable = false; }
/** The component's thread died during the turn (`exitCode` if it exited, `cause` if something was thrown), or died too often: `degradedUntil` (milliseconds since 1970). */
export class ComponentCrashedError extends TroupeError {
  readonly code = 'ERR_COMPONENT_CRASHED'; readonly retryable = false;
  declare readonly component: string;
  declare readonly exitCode: number | undefined;
  declare readonly degradedUntil: number | undefined;
  constructor(message: string, options?: Options<{ component: string; exitCode: number | undefined; degradedUntil: number | undefined }>) { super(message, options); }
}
/** The deadline passed before the result; whether it ran is unknown. */
export class CallTimeoutError extends TroupeError {
  readonly code = 'ERR_CALL_TIMEOUT'; readonly retryable = false;
  declare readonly timeoutMs: number;
  constructor(message: string, options?: Options<{ timeoutMs: number }>) { super(message, options); }
}
/** The activation lost its ownership while the turn ran; its commit was refused. */
export class StaleEpochError extends TroupeError { readonly code = 'ERR_STALE_EPOCH'; readonly retryable = false; }

/** No silo hosts this actor type. */
export class UnknownActorTypeError extends TroupeError {
  readonly code = 'ERR_UNKNOWN_ACTOR_TYPE'; readonly retryable = false;
  declare readonly type: string;
  constructor(message: string, options?: Options<{ type: string }>) { super(message, options); }
}
/** The actor has no such component. */
export class UnknownComponentError extends TroupeError {
  readonly code = 'ERR_UNKNOWN_COMPONENT'; readonly retryable = false;
  declare readonly component: string;
  constructor(message: string, options?: Options<{ component: string }>) { super(message, options); }
}
/** The class has no such callable method (or event). */
export class UnknownMethodError extends TroupeError {
  readonly code = 'ERR_UNKNOWN_METHOD'; readonly retryable = false;
  declare readonly method: string;
  constructor(message: string, options?: Options<{ method: string }>) { super(message, options); }
}
/** The method or event is not open to outside clients. */
export class NotPublicError extends TroupeError {
  readonly code = 'ERR_NOT_PUBLIC'; readonly retryable = false;
  declare readonly member: string;
  constructor(message: string, options?: Options<{ member: string }>) { super(message, options); }
}
/** The gateway did not accept the client's token. */
export class UnauthenticatedError extends TroupeError { readonly code = 'ERR_UNAUTHENTICATED'; readonly retryable = false; }
/** The identity may not do this. */
export class ForbiddenError extends TroupeError { readonly code = 'ERR_FORBIDDEN'; readonly retryable = false; }
/** An argument, key or count does not fit; `path` says which one (`args[0].x`). */
export class InvalidArgumentError extends TroupeError {
  readonly code = 'ERR_INVALID_ARGUMENT'; readonly retryable = false;
  declare readonly path: string | undefined;
  constructor(message: string, options?: Options<{ path: string }>) { super(message, options); }
}
/** A value cannot be copied or sent; `path` names it (`args[0].owner`). */
export class NotSerializableError extends TroupeError {
  readonly code = 'ERR_NOT_SERIALIZABLE'; readonly retryable = false;
  declare readonly path: string;
  constructor(message: string, options?: Options<{ path: string }>) { super(message, options); }
}
/** A message is larger, deeper or has more nodes than the limit; `path` says where it was met (`args[0].a`). */
export class PayloadTooLargeError extends TroupeError {
  readonly code = 'ERR_PAYLOAD_TOO_LARGE'; readonly retryable = false;
  declare readonly limit: number;
  declare readonly path: string | undefined;
  constructor(message: string, options?: Options<{ limit: number; path?: string }>) { super(message, options); }
}
/** The constructor, the saved state or `onActivate` failed; `cause` says why. */
export class ActivationFailedError extends TroupeError { readonly code = 'ERR_ACTIVATION_FAILED'; readonly retryable = false; }
/** The caller's signal, or a stop, cancelled the call. */
export class CancelledError extends TroupeError { readonly code = 'ERR_CANCELLED'; readonly retryable = false; }
/** The turn of a message, run again, made other durable calls than before: its call `ordinal` (from 0) was another one than `method` of `target`. */
export class NonDeterministicError extends TroupeError {
  readonly code = 'ERR_NON_DETERMINISTIC'; readonly retryable = false;
  declare readonly ordinal: number;
  declare readonly target: string;
  declare readonly method: string;
  constructor(message: string, options?: Options<{ ordinal: number; target: string; method: string }>) { super(message, options); }
}
/** Wrong use: an option, decorator or setting that is unknown, malformed or not implemented yet. The message names it. */
export class ConfigurationError extends TroupeError { readonly code = 'ERR_CONFIGURATION'; readonly retryable = false; }

/** The callee's own throw of a class that is neither built in nor `@Serializable`: name, message, bounded stack, own data fields. */
export class RemoteError extends TroupeError {
  readonly code = 'ERR_REMOTE'; readonly retryable = false;
  declare readonly remoteName: string;
  declare readonly remoteStack: string | undefined;
  constructor(message: string, options?: Options<{ remoteName: string; remoteStack: string }>) {
    super(message, options);
    // `stack` has it already.
    if (Object.hasOwn(this, 'remoteStack')) Object.defineProperty(this, 'remoteStack', { enumerable: false });
  }
}
