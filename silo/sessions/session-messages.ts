// What silos say to each other about clients of gateways. To the actor, as visits: CONNECT, DISCONNECT. To the gateway's silo, as control
// messages: ENDED, PRESENCE, SEND, KICK.
import type { Incarnation } from '../../protocol/ports/state-store.js';
import type { PresentClient } from '../gateway/gateway-backend.js';

/** client id, since, number of the presentation → `Greeting`. */
export const CONNECT = 'session.connect';
/** client id, since, incarnation of its gateway, reason, whether an activation surely heard of it. */
export const DISCONNECT = 'session.disconnect';
/** A list of `Presented`. */
export const ENDED = 'session.ended';
/** actor id, its clients at other gateways. */
export const PRESENCE = 'session.presence';
/** client id, event name, encoded event. */
export const SEND = 'session.send';
/** client id, reason or `undefined`. */
export const KICK = 'session.kick';

/** Client id and number of the presentation. */
export type Presented = readonly [clientId: string, presentation: number];

/** Who has greeted the client, and which other gateways' clients it has. */
export interface Greeting {
  readonly at: Incarnation;
  readonly others: readonly PresentClient[];
}
