import { ActivationFailedError, CallTimeoutError, CancelledError, ComponentCrashedError, LinkLostError, StaleEpochError, TroupeError } from '../../protocol/errors/index.js';

/** Nobody knows whether it ran. A call that is cancelled ends like that, too: by a silo that stops, most often. */
const UNKNOWN_OUTCOMES = [LinkLostError, ComponentCrashedError, CallTimeoutError, StaleEpochError, CancelledError];

/**
 * Whether an actor that did not accept its client may do so another time: what failed did not run, its outcome is unknown, or a silo was to
 * blame, also that of an actor which the hook called. What user code throws itself says no.
 */
export function isPassing(failure: unknown): boolean {
  if (failure instanceof ActivationFailedError) return isPassing(failure.cause);
  return failure instanceof TroupeError && (failure.retryable || UNKNOWN_OUTCOMES.some((Class) => failure instanceof Class));
}
