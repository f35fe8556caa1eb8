import type { EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import type { DeadLetter } from '../../protocol/ports/message-records.js';
import type { Incarnation, OutboxEntry } from '../../protocol/ports/index.js';

/** A message in its sender's outbox. */
export type StoredMessage =
  | { readonly to: 'one'; readonly listener: EntityId; readonly payload: Uint8Array }
  /** The firing of a reminder. */
  | { readonly to: 'later'; readonly listener: EntityId; readonly id: string; readonly due: number; readonly payload: Uint8Array }
  /** How a chain of tail calls ended, for whoever waits: the encoded result, or the `WireError`. */
  | { readonly to: 'reply'; readonly silo: Incarnation; readonly id: string; readonly failed: boolean; readonly payload: Uint8Array; readonly isKept?: boolean | undefined }
  /** That was given up here: for the records. */
  | { readonly to: 'records'; readonly letter: DeadLetter }
  /** For those who are bound to the event at `version`, the one of the commit that stored it. */
  | { readonly to: 'bound'; readonly event: string; readonly version: number; readonly payload: Uint8Array; readonly tracker?: string | undefined };

/** No value that the codec writes begins so. */
const TO_ONE = 0xc1;
const HEAD = 5;

/**
 * As an outbox entry holds it: one for a single listener as 0xc1, the length of his name (4 bytes), his name (JSON) and the payload, all others as
 * the codec writes them.
 */
export function encodeStored(message: StoredMessage, codec: Codec): Uint8Array {
  if (message.to !== 'one') return codec.encode(message, 'message');
  const { listener: { type, key, component }, payload } = message;
  const name = Buffer.from(JSON.stringify(component === undefined ? [type, key] : [type, key, component]), 'utf8');
  const bytes = new Uint8Array(HEAD + name.length + payload.length);
  bytes[0] = TO_ONE;
  new DataView(bytes.buffer).setUint32(1, name.length);
  bytes.set(name, HEAD);
  bytes.set(payload, HEAD + name.length);
  return bytes;
}

/** What an outbox entry holds: a `StoredMessage`, or what others have put there. */
export function decodeStored(bytes: Uint8Array, codec: Codec): unknown {
  if (bytes[0] !== TO_ONE) return codec.decode(bytes);
  const end = HEAD + new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(1);
  const [type, key, component] = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + HEAD, end - HEAD).toString('utf8')) as [string, string, string?];
  const listener = component === undefined ? { type, key } : { type, key, component };
  return { to: 'one', listener, payload: bytes.slice(end) } satisfies StoredMessage;
}

/** Those of an outbox that go to others. */
export function storedEntries(outbox: readonly OutboxEntry[], codec: Codec): readonly { readonly sequence: number; readonly message: StoredMessage }[] {
  return outbox.flatMap(({ sequence, payload }) => {
    const message = asStored(decodeStored(payload, codec));
    return message ? [{ sequence, message }] : [];
  });
}

/** What `decodeStored` read, if it is a message. */
export function asStored(decoded: unknown): StoredMessage | undefined {
  return typeof decoded === 'object' && decoded !== null && 'to' in decoded ? (decoded as StoredMessage) : undefined;
}
