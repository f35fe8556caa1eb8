import { describeLoadFailure } from '../options/load-failure.js';

const MISSING = /^The requested module '(.+)' does not provide an export named '(.+)'/;

/** Why a file that a new thread has just loaded does not load in this process, and what to do about it. */
export function describeAfterTrial(cause: unknown, url: string): string {
  const [, module, name] = (cause instanceof SyntaxError && MISSING.exec(cause.message)) || [];
  if (module !== undefined) {
    return `'${module}' has an export '${name}' on the disk by now, and had none when this process loaded it. What stands in node_modules, or is imported by a `
      + 'package\'s name, is loaded once: start the silo anew to take in both';
  }
  return `${describeLoadFailure(cause, url)}. A new thread loads it, so what it meets here is what this process has loaded or done before: start the silo anew to take it in`;
}
