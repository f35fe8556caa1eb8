import type { Codec } from '../../protocol/codec/index.js';
import type { Identity } from '../../protocol/identity.js';
import type { Incarnation, Logger } from '../../protocol/ports/index.js';
import { clientEventName } from '../gateway/client-event.js';
import type { SessionClient } from '../gateway/gateway-backend.js';
import { KICK, SEND } from './session-messages.js';
import type { SiloLine } from './silo-line.js';

/** A client at another silo's gateway. */
export interface ClientAddress {
  readonly id: string;
  readonly identity: Identity;
  readonly since: number;
  readonly gateway: Incarnation;
}

/** That client as its session actor sees it. What cannot be handed to its gateway is lost, as with a client that has just gone. */
export function remoteClient({ id, identity, since, gateway }: ClientAddress, line: SiloLine, codec: Codec, log: Logger): SessionClient {
  const tell = (topic: string, body: unknown): void => {
    line.ask(gateway, topic, body).catch((error: unknown) => log.debug({ err: error, client: id }, 'a message to a client did not reach its gateway'));
  };
  return Object.freeze({
    id, identity, since,
    send: (event: object) => tell(SEND, [id, clientEventName(event), codec.encode(event, 'event')]),
    kick: (reason?: string) => tell(KICK, [id, reason]),
  });
}
