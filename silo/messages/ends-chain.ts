import {
  CallCycleError, ConfigurationError, ForbiddenError, InvalidArgumentError, NonDeterministicError, NotPublicError, NotSerializableError, PayloadTooLargeError, RemoteError, TroupeError, UnauthenticatedError,
} from '../../protocol/errors/index.js';
import { BY_TAIL_CALL } from '../turns/wait-graph.js';

/** Of Troupe's own: those that say the same however often it is tried. */
const FINAL = [
  ConfigurationError, ForbiddenError, InvalidArgumentError, NonDeterministicError, NotPublicError, NotSerializableError, PayloadTooLargeError, RemoteError, UnauthenticatedError,
];

/**
 * What a step threw ends the chain that somebody waits for: it is the reply. False for what a crash, a full queue, the end of an activation or of
 * another silo is to blame for, also by way of a call that the step made: that is tried again.
 */
export function endsChain(error: unknown): boolean {
  // It waited for who waits for its chain, and would the next time too.
  if (error instanceof CallCycleError) return error.cycle.some((name) => name.endsWith(BY_TAIL_CALL));
  return !(error instanceof TroupeError) || FINAL.some((Class) => error instanceof Class);
}
