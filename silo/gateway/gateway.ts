// Gateway. Owns: the clients connected to this silo. Admits them, greets them, and tells their session actors.
import { randomBytes } from 'node:crypto';
import { eventMetadata } from '../../decorators/index.js';
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import { encodeMessage, GatewayMessage } from '../../protocol/client-wire.js';
import { ConfigurationError, SiloUnavailableError } from '../../protocol/errors/index.js';
import type { ClientConnection, ClientListener, CloseReason, Handshake } from '../../protocol/ports/index.js';
import type { Access } from './access.js';
import type { Admission, Authentication } from './authentication.js';
import { ClientSession, type ClientSessionContext } from './client-session.js';
import type { SessionClient } from './gateway-backend.js';

export interface GatewayContext extends ClientSessionContext {
  readonly access: Access;
  readonly authentication: Authentication;
  /** The actor type that clients belong to. */
  readonly session: string | undefined;
  /** Public read-only methods by type and component: what a client may send again after a lost connection. */
  readonly readOnlyMethods: readonly string[];
}

export class Gateway {
  private readonly clients = new Map<string, { readonly session: ClientSession; readonly connection: ClientConnection }>();
  private readonly goodbyes = new Set<Promise<void>>();
  private isStopping = false;

  constructor(private readonly listener: ClientListener, private readonly context: GatewayContext) {}

  async start(): Promise<void> {
    await this.listener.start((handshake) => this.admit(handshake));
  }

  /** Ends all connections and waits for `onDisconnect` of their session actors. */
  async stop(): Promise<void> {
    this.isStopping = true;
    for (const { connection } of [...this.clients.values()]) connection.close('lost', 'the silo stops');
    await this.listener.stop();
    await Promise.all(this.goodbyes);
  }

  private async admit(handshake: Handshake): Promise<(connection: ClientConnection) => void> {
    if (this.isStopping) throw new SiloUnavailableError('the silo stops');
    const admission = await this.context.authentication.admit(handshake);
    return (connection) => this.accept(connection, admission);
  }

  private accept(connection: ClientConnection, admission: Admission): void {
    const id = randomBytes(9).toString('base64url');
    const session = new ClientSession(id, admission.identity, connection, this.context);
    this.clients.set(id, { session, connection });
    const greeted = this.greet(session, connection, admission).catch((error: unknown) => {
      this.context.log.warn({ err: error, client: id }, 'a client could not be presented to its session actor');
      connection.close('kicked', 'the session actor did not accept the client');
    });
    connection.onClose((reason) => this.track(greeted.then(() => this.closed(session, reason))));
  }

  /** The welcome comes after `onConnect`: a client that is told it is there is there. */
  private async greet(session: ClientSession, connection: ClientConnection, { identity, resumeToken }: Admission): Promise<void> {
    const { backend, clock, codec } = this.context;
    const actor = this.sessionActor(session);
    if (actor) {
      const client: SessionClient = Object.freeze({
        id: session.id, identity, since: clock.now(),
        send: (event: object) => this.sendEvent(session, event),
        kick: (reason?: string) => {
          session.flush();
          connection.close('kicked', reason ?? 'kicked');
        },
      });
      await backend.connected(actor, client);
    }
    const welcome = { clientId: session.id, identity, silo: backend.siloId, session: actor?.type, resumeToken, readOnly: this.context.readOnlyMethods };
    session.write([GatewayMessage.welcome], codec.encode(welcome, 'welcome'));
    if (actor) this.tellPresence(actor);
  }

  private async closed(session: ClientSession, reason: CloseReason): Promise<void> {
    this.clients.delete(session.id);
    session.end();
    const actor = this.sessionActor(session);
    if (!actor) return;
    try {
      await this.context.backend.disconnected(actor, session.id, reason);
    } catch (error) {
      this.context.log.warn({ err: error, actor: printEntityId(actor) }, 'onDisconnect failed');
    }
    this.tellPresence(actor);
  }

  private sendEvent(session: ClientSession, event: object): void {
    const metadata = eventMetadata(event.constructor);
    if (!metadata) throw new ConfigurationError('client.send: expected an instance of a class with @ActorEvent(name)');
    session.write([GatewayMessage.clientEvent, metadata.name], this.context.codec.encode(event, 'event'));
  }

  /** Everybody who belongs to the same actor sees who is connected to it. */
  private tellPresence(actor: ActorId): void {
    const clients = this.context.backend.clientsOf(actor);
    const message = encodeMessage([GatewayMessage.presence], this.context.codec.encode(clients.map(({ id, since }) => ({ id, since })), 'presence'));
    for (const { id } of clients) this.clients.get(id)?.session.writeEncoded(message);
  }

  private sessionActor(session: ClientSession): ActorId | undefined {
    return this.context.session === undefined ? undefined : { type: this.context.session, key: session.identity.id };
  }

  private track(goodbye: Promise<void>): void {
    this.goodbyes.add(goodbye);
    void goodbye.finally(() => this.goodbyes.delete(goodbye));
  }
}
