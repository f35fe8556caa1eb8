// Reads the headers of clients' messages: kinds and types are checked here, so that nothing behind sees an unexpected shape.
import type { EntityId } from '../../protocol/actor-id.js';
import { ClientMessage, type WireMessage } from '../../protocol/client-wire.js';
import { InvalidArgumentError } from '../../protocol/errors/index.js';

interface CallShape {
  readonly target: EntityId;
  readonly method: string;
  readonly payload: Uint8Array;
}

/** A client's message, checked for its shape only. `malformed` has the wrong one: its error is answered under `id`. */
export type ClientRequest =
  | (CallShape & { readonly kind: 'call'; readonly id: number; readonly timeoutMs: number; readonly idempotencyKey: string | undefined })
  | (CallShape & { readonly kind: 'oneWay' })
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'subscribe'; readonly id: number; readonly target: EntityId; readonly event: string }
  | { readonly kind: 'unsubscribe'; readonly id: number }
  | { readonly kind: 'malformed'; readonly id: number; readonly error: InvalidArgumentError };

/** Longest time a client may ask for: five minutes. */
const MAX_TIMEOUT_MS = 300_000;
const MAX_IDEMPOTENCY_KEY = 256;

/** The request behind a message. Throws `InvalidArgumentError` when it is malformed and names nothing to answer under. */
export function readRequest({ header, payload }: WireMessage): ClientRequest {
  const [kind, id, ...fields] = header;
  if (kind === ClientMessage.oneWay) {
    const [key, component, method] = fields;
    return { kind: 'oneWay', target: target(id, key, component), method: text(method, 'method'), payload };
  }
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) throw malformed('id: expected a whole number');
  if (kind === ClientMessage.cancel) return { kind: 'cancel', id };
  if (kind === ClientMessage.unsubscribe) return { kind: 'unsubscribe', id };
  try {
    return readNumbered(kind, id, fields, payload);
  } catch (error) {
    return { kind: 'malformed', id, error: error as InvalidArgumentError };
  }
}

function readNumbered(kind: unknown, id: number, fields: readonly unknown[], payload: Uint8Array): ClientRequest {
  const [type, key, component, member, timeoutMs, idempotencyKey] = fields;
  if (kind === ClientMessage.subscribe) return { kind: 'subscribe', id, target: target(type, key, component), event: text(member, 'event') };
  if (kind !== ClientMessage.call) throw malformed('unknown kind of message');
  return {
    kind: 'call', id, payload, target: target(type, key, component), method: text(member, 'method'),
    timeoutMs: timeout(timeoutMs), idempotencyKey: idempotencyKeyOf(idempotencyKey),
  };
}

function target(type: unknown, key: unknown, component: unknown): EntityId {
  const known = { type: text(type, 'type'), key: text(key, 'key') };
  return component === null ? known : { ...known, component: text(component, 'component') };
}

function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw malformed(`${what}: expected a string`);
}

function timeout(value: unknown): number {
  if (typeof value === 'number' && value > 0) return Math.min(value, MAX_TIMEOUT_MS);
  throw malformed('timeout: expected milliseconds above 0');
}

function idempotencyKeyOf(value: unknown): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string' && value.length > 0 && value.length <= MAX_IDEMPOTENCY_KEY) return value;
  throw malformed('idempotencyKey: expected a string of 1 to 256 characters');
}

function malformed(message: string): InvalidArgumentError {
  return new InvalidArgumentError(`malformed request: ${message}`);
}
