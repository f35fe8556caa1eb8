import type { ActorId, EntityId } from './actor-id.js';
import type { Codec } from './codec/index.js';
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

type Row = readonly [senderType: string, senderKey: string, sequence: number, low: number, type: string, key: string, component: string | undefined, ordinal: number, total: number, payload: number, tracker: string | undefined];

/** Deliveries as bytes; what several of them carry is in it once. */
export function encodeDeliveries(deliveries: readonly Delivery[], codec: Codec): Uint8Array {
  const payloads: Uint8Array[] = [];
  const rows = deliveries.map(({ sender, sequence, low, listener, ordinal, total, payload, tracker }): Row => {
    if (payloads.at(-1) !== payload) payloads.push(payload);
    return [sender.type, sender.key, sequence, low, listener.type, listener.key, listener.component, ordinal, total, payloads.length - 1, tracker];
  });
  return codec.encode([payloads, rows], 'deliveries');
}

export function decodeDeliveries(bytes: Uint8Array, codec: Codec): readonly Delivery[] {
  const [payloads, rows] = codec.decode(bytes) as readonly [readonly Uint8Array[], readonly Row[]];
  return rows.map(([senderType, senderKey, sequence, low, type, key, component, ordinal, total, payload, tracker]) => ({
    sender: { type: senderType, key: senderKey }, sequence, low,
    listener: component === undefined ? { type, key } : { type, key, component }, ordinal, total, payload: payloads[payload]!, tracker,
  }));
}
