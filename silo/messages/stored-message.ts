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

/** As an outbox entry holds it. */
export function encodeStored(message: StoredMessage, codec: Codec): Uint8Array {
  return codec.encode(message, 'message');
}

/** Those of an outbox that go to others. */
export function storedEntries(outbox: readonly OutboxEntry[], codec: Codec): readonly { readonly sequence: number; readonly message: StoredMessage }[] {
  return outbox.flatMap(({ sequence, payload }) => {
    const message = asStored(codec.decode(payload));
    return message ? [{ sequence, message }] : [];
  });
}

/** What `encodeStored` made of it, if it was that. */
export function asStored(decoded: unknown): StoredMessage | undefined {
  return typeof decoded === 'object' && decoded !== null && 'to' in decoded ? (decoded as StoredMessage) : undefined;
}
