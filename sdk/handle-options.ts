import { describe, isRecord } from '../decorators/options.js';
import { parseDuration } from '../protocol/duration.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { notImplemented } from '../protocol/errors/not-implemented.js';
import type { CallOptions } from './author/index.js';

const LATER = ['within', 'scope', 'version'];
const MAX_KEY_LENGTH = 256;

/** `base` with what `added` sets over it; throws `ConfigurationError` naming an option that is unknown, malformed or not implemented. */
export function mergeCallOptions(base: CallOptions, added: unknown): CallOptions {
  if (!isRecord(added)) throw new ConfigurationError(`with: expected an options object, got ${describe(added)}`);
  const set = Object.entries(added).filter(([, value]) => value !== undefined);
  for (const [name, value] of set) {
    if (name === 'timeout') parseDuration(value, 'with: timeout');
    else if (name === 'signal') check(value instanceof AbortSignal, 'with: signal is an AbortSignal');
    else if (name === 'idempotencyKey') check(isKey(value), `with: idempotencyKey is a string of 1 to ${MAX_KEY_LENGTH} characters`);
    else if (name === 'durable') check(typeof value === 'boolean', 'with: durable is true or false');
    else if (LATER.includes(name)) throw notImplemented(`with: '${name}'`);
    else throw new ConfigurationError(`with: unknown option '${name}'; known: timeout, signal, idempotencyKey, durable, ${LATER.join(', ')}`);
  }
  const merged: CallOptions = Object.freeze({ ...base, ...Object.fromEntries(set) });
  check(!merged.durable || merged.idempotencyKey === undefined, 'with: durable calls have keys of their own; drop idempotencyKey');
  return merged;
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_KEY_LENGTH;
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new ConfigurationError(message);
}
