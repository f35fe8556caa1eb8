import { ConfigurationError } from './errors.js';

/** The error for a part of the public contract that this version does not have yet. `what` names it as its user wrote it. */
export function notImplemented(what: string): ConfigurationError {
  return new ConfigurationError(`${what} is not implemented in this version`);
}
