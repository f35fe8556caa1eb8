import type { ActorId, EntityId } from './actor-id.js';
import type { Incarnation } from './ports/index.js';

/** One message on its way to one listener. Its identity is (sender, sequence, listener): whatever brings it twice, its effects on state happen once. */
export interface Delivery {
  readonly sender: ActorId;
  /** The number of the message among all of its sender; all listeners of an event get the same one. */
  readonly sequence: number;
  /** The sender's oldest number that may still be on its way. */
  readonly low: number;
  readonly listener: EntityId;
  /** Which of the message's listeners it is, of how many. */
  readonly ordinal: number;
  readonly total: number;
  /** An encoded `Message`. */
  readonly payload: Uint8Array;
  /** Of a broadcast with receipts. */
  readonly tracker?: string | undefined;
}

/** Who waits for the end of a chain of tail calls. */
export interface ReplyAddress {
  readonly silo: Incarnation;
  /** Of the call that waits, on that silo. */
  readonly id: string;
  /** When it stops waiting: milliseconds since 1970. */
  readonly deadline: number;
  /** The call is recorded: it may be made again, and asks then how the chain ended. */
  readonly isKept?: boolean | undefined;
}

/** An event, a call without result, or a step of a chain of tail calls, as its sender encoded it. */
export type Message =
  | { readonly kind: 'tell'; readonly method: string; readonly args: readonly unknown[]; readonly from?: EntityId | undefined; readonly identity?: object | undefined; readonly baggage?: object | undefined; readonly reply?: ReplyAddress | undefined;
      /** It stands for a durable call: see `DurableCall`. */
      readonly operation?: { readonly id: string; readonly isKept: boolean } | undefined }
  | { readonly kind: 'reminder'; readonly component: string | undefined; readonly name: string; readonly generation: string; readonly due: number }
  /** An actor's own event for a handler of itself or a component that was a dead letter. */
  | { readonly kind: 'own'; readonly event: string; readonly method: string; readonly value: unknown; readonly origin: object }
  | { readonly kind: 'event'; readonly event: string; readonly value: unknown; readonly origin: object };

type Row = readonly [senderType: string, senderKey: string, sequence: number, low: number, type: string, key: string, component: string | null, ordinal: number, total: number, payload: number, tracker: string | null];

/** How long each payload is, and what each delivery says. */
type Head = readonly [lengths: readonly number[], rows: readonly Row[]];

const HEAD_START = 4;

/**
 * Deliveries as bytes: the length of the head, the head (JSON), and the payloads behind each other; what several deliveries carry is in it once.
 */
export function encodeDeliveries(deliveries: readonly Delivery[]): Uint8Array {
  const payloads: Uint8Array[] = [];
  const rows = deliveries.map(({ sender, sequence, low, listener, ordinal, total, payload, tracker }): Row => {
    if (payloads.at(-1) !== payload) payloads.push(payload);
    return [sender.type, sender.key, sequence, low, listener.type, listener.key, listener.component ?? null, ordinal, total, payloads.length - 1, tracker ?? null];
  });
  const head = new TextEncoder().encode(JSON.stringify([payloads.map(({ length }) => length), rows] satisfies Head));
  const bytes = new Uint8Array(payloads.reduce((sum, { length }) => sum + length, HEAD_START + head.length));
  new DataView(bytes.buffer).setUint32(0, head.length);
  bytes.set(head, HEAD_START);
  let at = HEAD_START + head.length;
  for (const payload of payloads) {
    bytes.set(payload, at);
    at += payload.length;
  }
  return bytes;
}

/** Their payloads are views of `bytes`. */
export function decodeDeliveries(bytes: Uint8Array): readonly Delivery[] {
  const end = HEAD_START + new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const [lengths, rows] = JSON.parse(new TextDecoder().decode(bytes.subarray(HEAD_START, end))) as Head;
  let at = end;
  const payloads = lengths.map((length) => bytes.subarray(at, (at += length)));
  return rows.map(([senderType, senderKey, sequence, low, type, key, component, ordinal, total, payload, tracker]) => ({
    sender: { type: senderType, key: senderKey }, sequence, low, listener: component === null ? { type, key } : { type, key, component },
    ordinal, total, payload: payloads[payload]!, tracker: tracker ?? undefined,
  }));
}
