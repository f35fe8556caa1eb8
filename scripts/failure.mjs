import { inspect } from 'node:util';

/** A failure with a message for people: printed as it is, without a stack. */
export class Failure extends Error {
  /** @param {string} message @param {number} exitCode */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Prints an error (the message alone for a `Failure`) and sets the exit code. @param {unknown} error */
export function report(error) {
  process.stderr.write(`${error instanceof Failure ? error.message : inspect(error)}\n`);
  process.exitCode = error instanceof Failure ? error.exitCode : 1;
}
