import { ComponentCrashedError } from '../protocol/errors/index.js';

/** Until when (milliseconds since 1970) the component is down and refuses; no code of it has run. `undefined` of any other failure. */
export function degradedUntil(failure: unknown): number | undefined {
  return failure instanceof ComponentCrashedError ? failure.degradedUntil : undefined;
}
