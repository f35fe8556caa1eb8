// Gateway. Owns: the clients connected to this silo. Admits them, greets them, and tells their session actors.
//   W1. The welcome comes after `onConnect`: a client that is told it is there is there.
//   W2. Whoever was presented to a session actor is taken leave of, exactly once, after the presentation has ended.
//   W3. No hook of a user can hold the gateway up for ever: presentations and goodbyes are bounded.
//   W4. Nobody is admitted before the silo is ready for it.
import { randomBytes } from 'node:crypto';
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import { encodeMessage, GatewayMessage } from '../../protocol/client-wire.js';
import { CallTimeoutError, CancelledError, SiloUnavailableError } from '../../protocol/errors/index.js';
import type { ClientConnection, ClientListener, CloseReason, Handshake, TimerHandle } from '../../protocol/ports/index.js';
import type { Admission, Authentication } from './authentication.js';
import { clientEventName } from './client-event.js';
import { ClientSession, type ClientSessionContext } from './client-session.js';
import type { GatewayAddresses } from './gateway-addresses.js';
import type { ClientWriter, SessionClient } from './gateway-backend.js';
import { isPassing } from './passing-failure.js';
import { withinTime } from './within-time.js';

/** What a gateway is made of. */
export interface GatewayContext extends ClientSessionContext {
  readonly authentication: Authentication;
  /** The actor type that clients belong to. */
  readonly session: string | undefined;
  /** Public read-only methods by type and component: what a client may send again after a lost connection. */
  readonly readOnlyMethods: readonly string[];
  /** Of the whole cluster. Absent: clients are told none. */
  readonly gateways?: GatewayAddresses | undefined;
  /** W4. Absent: at once. */
  readonly ready?: Promise<unknown> | undefined;
}

/** W3. */
const GREETING_MS = 10_000;
const GOODBYE_MS = 10_000;
/** How long a client may not notice that the last event of a subscription was lost. */
const POSITIONS_MS = 5000;

/** Lets outside clients reach a silo. */
export class Gateway {
  private readonly clients = new Map<string, ClientSession>();
  private readonly goodbyes = new Set<Promise<void>>();
  private stopped: Promise<void> | undefined;
  private positions: TimerHandle | undefined;

  constructor(private readonly listener: ClientListener, private readonly context: GatewayContext) {
    context.backend.onPresence((actor) => this.tellPresence(actor));
    context.gateways?.onChange(() => this.tellGateways());
  }

  async start(): Promise<void> {
    await this.listener.start((handshake) => this.admit(handshake));
    this.announcePositions();
  }

  /** Ends all connections and waits, bounded, for `onDisconnect` of their session actors. Idempotent. */
  stop(): Promise<void> {
    return (this.stopped ??= this.shutDown());
  }

  /** One timer for all subscriptions of all clients. */
  private readonly announcePositions = (): void => {
    for (const session of this.clients.values()) session.announcePositions();
    this.positions = this.context.clock.setTimer(this.announcePositions, POSITIONS_MS);
  };

  private async shutDown(): Promise<void> {
    this.positions?.cancel();
    for (const session of [...this.clients.values()]) session.close('lost', 'the silo stops', new SiloUnavailableError('the silo stops'));
    await this.listener.stop();
    const late = (): Error => new CallTimeoutError('onDisconnect', { timeoutMs: GOODBYE_MS });
    await withinTime(Promise.all(this.goodbyes), this.context.clock, GOODBYE_MS, late).catch(() => {
      this.context.log.warn({ clients: this.goodbyes.size }, 'onDisconnect of session actors took too long; the gateway stops without it');
    });
  }

  private async admit(handshake: Handshake): Promise<(connection: ClientConnection) => void> {
    if (this.context.ready) await this.context.ready;
    if (this.stopped) throw new SiloUnavailableError('the silo stops');
    const admission = await this.context.authentication.admit(handshake);
    return (connection) => this.accept(connection, admission);
  }

  private accept(connection: ClientConnection, admission: Admission): void {
    // Authentication may have outlived the gateway.
    if (this.stopped) return connection.close('lost', 'the silo stops');
    const session = new ClientSession(randomBytes(9).toString('base64url'), admission.identity, connection, this.context);
    this.clients.set(session.id, session);
    const greeted = this.greet(session, admission).catch((error: unknown) => this.refuse(session, error));
    connection.onClose((reason) => {
      this.clients.delete(session.id);
      session.end();
      this.track(greeted.then(() => this.takeLeave(session, reason)));
    });
  }

  /** W1. */
  private async greet(session: ClientSession, { identity, resumeToken }: Admission): Promise<void> {
    const { backend, clock, codec, limits, readOnlyMethods } = this.context;
    const actor = this.sessionActor(session);
    if (actor) {
      const writer: ClientWriter = (eventName, payload) => session.write([GatewayMessage.clientEvent, eventName], payload);
      const late = (): Error => new SiloUnavailableError(`${printEntityId(actor)}: onConnect took longer than ${GREETING_MS} ms`);
      await withinTime(backend.connected(actor, this.presented(session), writer), clock, GREETING_MS, late);
    }
    const welcome = {
      clientId: session.id, identity, silo: backend.siloId, session: actor?.type, resumeToken, readOnly: readOnlyMethods, maxBytes: limits.bytes, gateways: this.context.gateways?.list(),
    };
    session.open(codec.encode(welcome, 'welcome'));
    if (actor) this.tellPresence(actor);
  }

  /** The client hears why. What may go well at another time, or on another silo, is no final refusal. */
  private refuse(session: ClientSession, error: unknown): void {
    this.context.log.warn({ err: error, client: session.id }, 'a client could not be presented to its session actor');
    session.close(isPassing(error) ? 'lost' : 'kicked', 'the session actor did not accept the client', error);
  }

  private presented(session: ClientSession): SessionClient {
    return Object.freeze({
      id: session.id, identity: session.identity, since: this.context.clock.now(),
      send: (event: object) => this.sendEvent(session, event),
      kick: (reason?: string) => session.close('kicked', reason ?? 'kicked', new CancelledError(`kicked${reason === undefined ? '' : `: ${reason}`}`)),
    });
  }

  /** W2. */
  private async takeLeave(session: ClientSession, reason: CloseReason): Promise<void> {
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
    const name = clientEventName(event);
    session.write([GatewayMessage.clientEvent, name], this.context.codec.encode(event, 'event'));
  }

  /** Everybody who belongs to the same actor sees who is connected to it. */
  private tellPresence(actor: ActorId): void {
    const clients = this.context.backend.clientsOf(actor);
    const message = encodeMessage([GatewayMessage.presence], this.context.codec.encode(clients.map(({ id, since }) => ({ id, since })), 'presence'));
    for (const { id } of clients) this.clients.get(id)?.writeEncoded(message);
  }

  private tellGateways(): void {
    const message = encodeMessage([GatewayMessage.gateways], this.context.codec.encode(this.context.gateways!.list(), 'gateways'));
    for (const session of this.clients.values()) session.tell(message);
  }

  private sessionActor(session: ClientSession): ActorId | undefined {
    return this.context.session === undefined ? undefined : { type: this.context.session, key: session.identity.id };
  }

  private track(goodbye: Promise<void>): void {
    this.goodbyes.add(goodbye);
    void goodbye.finally(() => this.goodbyes.delete(goodbye));
  }
}
