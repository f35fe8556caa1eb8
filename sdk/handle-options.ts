import { parseDuration } from '../protocol/duration.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import type { CallOptions } from './author/index.js';

const LATER = ['within', 'scope', 'durable', 'version'];
const MAX_KEY_LENGTH = 256;

/** `base` with `added` over it; throws `ConfigurationError` naming an option that is unknown, malformed or not implemented. */
export function mergeCallOptions(base: CallOptions, added: CallOptions): CallOptions {
  for (const [name, value] of Object.entries(added)) {
    if (value === undefined) continue;
    if (name === 'timeout') parseDuration(value, 'with: timeout');
    else if (name === 'signal') check(value instanceof AbortSignal, 'with: signal is an AbortSignal');
    else if (name === 'idempotencyKey') check(isKey(value), `with: idempotencyKey is a string of 1 to ${MAX_KEY_LENGTH} characters`);
    else if (LATER.includes(name)) throw new ConfigurationError(`with: '${name}' is not implemented in this version`);
    else throw new ConfigurationError(`with: unknown option '${name}'; known: timeout, signal, idempotencyKey, ${LATER.join(', ')}`);
  }
  return Object.freeze({ ...base, ...added });
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_KEY_LENGTH;
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new ConfigurationError(message);
}
