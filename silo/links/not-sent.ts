import { SiloUnavailableError } from '../../protocol/errors/index.js';

const marked = new WeakSet();

/** A link's own word that a call did not leave this silo: to be told from the same error thrown by what a call ran. */
export function notSent(message: string, cause?: unknown): SiloUnavailableError {
  const error = new SiloUnavailableError(message, { cause });
  marked.add(error);
  return error;
}

export function isNotSent(error: unknown): error is SiloUnavailableError {
  return error instanceof SiloUnavailableError && marked.has(error);
}
