import {
  CallCycleError, CallTimeoutError, CancelledError, ComponentCrashedError, LinkLostError, StaleEpochError, TroupeError, UnknownActorTypeError,
} from '../../protocol/errors/index.js';
import { Moved } from '../links/moved.js';

/** What passes, or leaves open whether the method ran: the silo died, the link broke, there was no room, no silo has the type now. */
const PASSING = [CallTimeoutError, CancelledError, ComponentCrashedError, LinkLostError, Moved, StaleEpochError, UnknownActorTypeError];

/** The call of which this came is made again; any other error is its outcome. */
export function mayHaveRun(error: unknown): boolean {
  // It would wait for itself the next time too.
  if (error instanceof CallCycleError) return false;
  return (error instanceof TroupeError && error.retryable) || PASSING.some((kind) => error instanceof kind);
}
