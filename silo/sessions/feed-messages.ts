// What silos say to each other about live subscriptions. To the actor, as a visit: SUBSCRIBE. To the gateway's silo, as control messages:
// EVENT, POSITIONS, FEED_ENDED. To the actor's silo: UNSUBSCRIBE.
import type { Incarnation } from '../../protocol/ports/state-store.js';
import type { LiveEvent } from '../gateway/gateway-backend.js';

/** feed id, component or `undefined`, event name → `FeedStart`. */
export const SUBSCRIBE = 'live.subscribe';
/** feed id, event. */
export const EVENT = 'live.event';
/** A list of [feed id, epoch, number] → those ids that the gateway does not know. */
export const POSITIONS = 'live.positions';
/** feed id. */
export const FEED_ENDED = 'live.ended';
/** feed id. */
export const UNSUBSCRIBE = 'live.unsubscribe';

/** Where a feed begins. */
export interface FeedStart {
  readonly at: Incarnation;
  /** Its silo's id. */
  readonly silo: string;
  readonly epoch: number;
  /** Of the last event before it. */
  readonly number: number;
}

export type Position = readonly [feedId: number, epoch: number, number: number];

/** As small as it gets: most events are short, and each carries this. */
export type EventOnWire = readonly [eventName: string, payload: Uint8Array, key: string | undefined, epoch: number, number: number, origin: LiveEvent['origin']];

export function toWire({ eventName, payload, key, epoch, number, origin }: LiveEvent): EventOnWire {
  return [eventName, payload, key, epoch, number, origin];
}

export function fromWire([eventName, payload, key, epoch, number, origin]: EventOnWire): LiveEvent {
  return { eventName, payload, key, epoch, number, origin };
}
