// SessionDirectory. Owns: which clients of this silo's gateway are connected to which session actor, wherever that is, across its activations.
//   D1. A connected client keeps its actor awake; when the activation or its silo ends all the same, the client is presented to the next one.
//   D2. An actor hears of a client's end if it ever heard of its beginning, in that order.
//   D3. Presentations are numbered: the end of an activation that a later presentation has left behind changes nothing.
import type { ActorId } from '../../protocol/actor-id.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { CloseReason } from '../../protocol/ports/client-link.js';
import type { Incarnation, Logger } from '../../protocol/ports/index.js';
import type { ClientWriter, PresentClient, SessionClient } from '../gateway/gateway-backend.js';
import { isPassing } from '../gateway/passing-failure.js';
import type { PeerTopics } from './peer-topics.js';
import { CONNECT, DISCONNECT, ENDED, KICK, PRESENCE, SEND, type Greeting, type Presented } from './session-messages.js';
import type { SiloLine } from './silo-line.js';
import type { Visits } from './visits.js';

interface Connection {
  readonly actor: ActorId;
  readonly client: SessionClient;
  readonly write: ClientWriter;
  /** An activation was told of it. */
  wasPresented: boolean;
  /** D3. */
  presentation: number;
  /** The last presentation whose activation is over. */
  over: number;
  /** The silo whose activation has greeted it. */
  at: Incarnation | undefined;
  /** Cancels the presentation that is under way. */
  presenting: AbortController | undefined;
  /** The first presentation. */
  first: Promise<void> | undefined;
}

const RETRY_MS = 1000;

export class SessionDirectory {
  /** Told of an actor whose clients at other gateways have changed. */
  onPresence: (actor: ActorId) => void = () => undefined;
  private readonly actors = new Map<string, Map<string, Connection>>();
  /** By client: those connected, and those whose goodbye is under way. */
  private readonly known = new Map<string, Connection>();
  /** Clients of an actor at other gateways. */
  private readonly others = new Map<string, readonly PresentClient[]>();

  constructor(private readonly visits: Visits, private readonly line: SiloLine, private readonly log: Logger) {}

  listen(topics: PeerTopics): void {
    topics.on(ENDED, (body, { incarnation }) => this.presentAgain(body as readonly Presented[], incarnation));
    topics.on(PRESENCE, (body) => this.setOthers(...(body as [ActorId, PresentClient[]])));
    topics.on(SEND, (body) => {
      const [clientId, eventName, payload] = body as [string, string, Uint8Array];
      this.known.get(clientId)?.write(eventName, payload);
    });
    topics.on(KICK, (body) => {
      const [clientId, reason] = body as [string, string | undefined];
      this.known.get(clientId)?.client.kick(reason);
    });
  }

  /** Resolves when the actor has greeted the client; rejects with what kept it from that, and the client is not connected then. */
  async connected(actor: ActorId, client: SessionClient, write: ClientWriter): Promise<void> {
    const connection: Connection = { actor, client, write, wasPresented: false, presentation: 0, over: 0, at: undefined, presenting: undefined, first: undefined };
    const name = printEntityId(actor);
    let connections = this.actors.get(name);
    if (!connections) this.actors.set(name, (connections = new Map<string, Connection>()));
    connections.set(client.id, connection);
    this.known.set(client.id, connection);
    try {
      await (connection.first = this.present(connection));
    } catch (error) {
      if (this.has(connection)) this.forget(connection);
      throw error;
    }
  }

  /** D2. */
  async disconnected(actor: ActorId, clientId: string, reason: CloseReason): Promise<void> {
    const connection = this.actors.get(printEntityId(actor))?.get(clientId);
    if (!connection) return;
    this.forget(connection);
    const { client } = connection;
    this.known.set(clientId, connection);
    try {
      const isOnItsWay = !connection.wasPresented && connection.presenting !== undefined && this.visits.elsewhere !== undefined;
      // Of a silo that dies meanwhile nobody knows whether its activation has heard hello: the next one hears it, and then goodbye.
      if (isOnItsWay) await connection.first!.catch(() => undefined);
      else connection.presenting?.abort();
      if (!connection.wasPresented && !isOnItsWay) return;
      await this.visits.call(actor, DISCONNECT, [clientId, client.since, this.line.self, reason, connection.wasPresented], { identity: client.identity });
    } finally {
      if (this.known.get(clientId) === connection) this.known.delete(clientId);
    }
  }

  clientsOf(actor: ActorId): readonly PresentClient[] {
    const name = printEntityId(actor);
    return [...[...(this.actors.get(name)?.values() ?? [])].map(({ client }) => client), ...(this.others.get(name) ?? [])];
  }

  /** The client itself, for an activation on this silo. `undefined`: it is gone. */
  clientHere(clientId: string): SessionClient | undefined {
    const connection = this.known.get(clientId);
    if (connection) connection.wasPresented = true;
    return connection?.client;
  }

  /** D1, D3: the activation on that silo that they were presented to is over. */
  presentAgain(presented: readonly Presented[], at: Incarnation): void {
    for (const [clientId, presentation] of presented) {
      const connection = this.known.get(clientId);
      if (!connection || !this.has(connection) || connection.presentation !== presentation) continue;
      connection.over = presentation;
      // The answer to the presentation may still be on its way.
      if (connection.presenting === undefined && connection.at === at) void this.keepPresent(connection);
    }
  }

  /** D1. */
  siloDied(incarnation: Incarnation): void {
    for (const connection of [...this.known.values()]) {
      if (connection.at === incarnation && connection.presenting === undefined && this.has(connection)) void this.keepPresent(connection);
    }
  }

  setOthers(actor: ActorId, others: readonly PresentClient[]): void {
    const name = printEntityId(actor);
    if (others.length === 0 && !this.others.has(name)) return;
    if (others.length === 0 || !this.actors.has(name)) this.others.delete(name);
    else this.others.set(name, others);
    this.onPresence(actor);
  }

  /** Never rejects: what may go well later is tried until the client leaves. */
  private async keepPresent(connection: Connection): Promise<void> {
    while (this.has(connection)) {
      try {
        return await this.present(connection);
      } catch (error) {
        this.log.warn({ err: error, actor: printEntityId(connection.actor) }, 'a client could not be presented to its actor again');
        if (this.line.isStopped) return;
        if (!isPassing(error)) return connection.client.kick('its actor failed');
        await this.line.pause(RETRY_MS);
      }
    }
  }

  private async present(connection: Connection): Promise<void> {
    const { actor, client } = connection;
    while (this.has(connection)) {
      const presentation = ++connection.presentation;
      const presenting = (connection.presenting = new AbortController());
      connection.at = undefined;
      try {
        const { at, others } = (await this.visits.call(actor, CONNECT, [client.id, client.since, presentation], { identity: client.identity, signal: presenting.signal })) as Greeting;
        connection.wasPresented = true;
        connection.at = at;
        if (this.has(connection)) this.setOthers(actor, others);
        if (connection.over < presentation && !this.line.isDead(at)) return;
      } catch (error) {
        if (this.has(connection)) throw error;
      } finally {
        connection.presenting = undefined;
      }
    }
  }

  private has(connection: Connection): boolean {
    return this.actors.get(printEntityId(connection.actor))?.get(connection.client.id) === connection;
  }

  private forget(connection: Connection): void {
    const name = printEntityId(connection.actor);
    const connections = this.actors.get(name);
    connections?.delete(connection.client.id);
    this.known.delete(connection.client.id);
    if (connections?.size !== 0) return;
    this.actors.delete(name);
    this.others.delete(name);
  }
}
