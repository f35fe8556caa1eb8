// Reads the headers of clients' messages: kinds and types are checked here, so that nothing behind sees an unexpected shape.
import type { EntityId } from '../../protocol/actor-id.js';
import { ClientMessage, type WireMessage } from '../../protocol/client-wire.js';
import { InvalidArgumentError } from '../../protocol/errors/index.js';

/** A client's message, checked for its shape only. */
export type ClientRequest =
  | { readonly kind: 'call'; readonly id: number; readonly target: EntityId; readonly method: string; readonly timeoutMs: number; readonly idempotencyKey: string | undefined; readonly payload: Uint8Array }
  | { readonly kind: 'oneWay'; readonly target: EntityId; readonly method: string; readonly payload: Uint8Array }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'subscribe'; readonly id: number; readonly target: EntityId; readonly event: string }
  | { readonly kind: 'unsubscribe'; readonly id: number };

/** Longest time a client may ask for: five minutes. */
const MAX_TIMEOUT_MS = 300_000;
const MAX_IDEMPOTENCY_KEY = 256;

/** The request behind a message, or a `MalformedRequest` with the id to answer under. */
export function readRequest({ header, payload }: WireMessage): ClientRequest {
  const [kind, ...rest] = header;
  if (kind === ClientMessage.oneWay) {
    const [type, key, component, method] = rest;
    return { kind: 'oneWay', target: target(undefined, type, key, component), method: text(undefined, method, 'method'), payload };
  }
  const [id, ...fields] = rest;
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) throw new MalformedRequest('id: expected a whole number');
  if (kind === ClientMessage.cancel) return { kind: 'cancel', id };
  if (kind === ClientMessage.unsubscribe) return { kind: 'unsubscribe', id };
  const [type, key, component, member, timeoutMs, idempotencyKey] = fields;
  if (kind === ClientMessage.subscribe) return { kind: 'subscribe', id, target: target(id, type, key, component), event: text(id, member, 'event') };
  if (kind !== ClientMessage.call) throw new MalformedRequest('unknown kind of message', id);
  return {
    kind: 'call', id, payload, target: target(id, type, key, component), method: text(id, member, 'method'),
    timeoutMs: timeout(id, timeoutMs), idempotencyKey: keyOf(id, idempotencyKey),
  };
}

/** A message of the wrong shape. Without a call id nobody can be answered. */
export class MalformedRequest extends InvalidArgumentError {
  constructor(message: string, readonly callId?: number) {
    super(`malformed request: ${message}`);
  }
}

function target(id: number | undefined, type: unknown, key: unknown, component: unknown): EntityId {
  const known = { type: text(id, type, 'type'), key: text(id, key, 'key') };
  return component === null ? known : { ...known, component: text(id, component, 'component') };
}

function text(id: number | undefined, value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new MalformedRequest(`${what}: expected a string`, id);
}

function timeout(id: number, value: unknown): number {
  if (typeof value === 'number' && value > 0) return Math.min(value, MAX_TIMEOUT_MS);
  throw new MalformedRequest('timeout: expected milliseconds above 0', id);
}

function keyOf(id: number, value: unknown): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string' && value.length > 0 && value.length <= MAX_IDEMPOTENCY_KEY) return value;
  throw new MalformedRequest('idempotencyKey: expected a string of 1 to 256 characters', id);
}
