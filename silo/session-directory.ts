// SessionDirectory. Owns: which clients are connected to which session actor of this silo, across its activations.
//   D1. A connected client keeps its actor awake; when the activation ends all the same, the actor is woken again and meets its clients anew.
//   D2. An actor hears of a client's end if it ever heard of its beginning, in that order.
import type { ActorId } from '../protocol/actor-id.js';
import { printEntityId } from '../protocol/actor-id.js';
import { TroupeError } from '../protocol/errors/index.js';
import type { CloseReason } from '../protocol/ports/client-link.js';
import type { Logger } from '../protocol/ports/logger.js';
import type { Activation } from './activation/activation.js';
import type { SessionClient } from './gateway/gateway-backend.js';

interface Connection {
  readonly client: SessionClient;
  /** An activation was told of it. */
  wasPresented: boolean;
}

export class SessionDirectory {
  private readonly connections = new Map<string, Map<string, Connection>>();

  constructor(private readonly activate: (id: ActorId) => Activation, private readonly log: Logger) {}

  /** Resolves when the actor has greeted the client; rejects with what kept it from that, and the client is not connected then. */
  async connected(actor: ActorId, client: SessionClient): Promise<void> {
    const name = printEntityId(actor);
    let connections = this.connections.get(name);
    if (!connections) this.connections.set(name, (connections = new Map<string, Connection>()));
    const connection = { client, wasPresented: false };
    connections.set(client.id, connection);
    try {
      await this.present(actor, connection);
    } catch (error) {
      if (this.has(actor, connection)) this.forget(name, client.id);
      throw error;
    }
  }

  async disconnected(actor: ActorId, clientId: string, reason: CloseReason): Promise<void> {
    const connection = this.forget(printEntityId(actor), clientId);
    if (!connection?.wasPresented) return;
    await this.activate(actor).sessions.disconnect(connection.client, reason);
  }

  clientsOf(actor: ActorId): readonly SessionClient[] {
    return [...(this.connections.get(printEntityId(actor))?.values() ?? [])].map(({ client }) => client);
  }

  /** D1. Those whom the actor has not greeted yet are presented to the next activation by who waits for that. */
  activationEnded(activation: Activation): void {
    for (const connection of this.connections.get(activation.name)?.values() ?? []) {
      if (!activation.sessions.hasGreeted(connection.client)) continue;
      void this.present(activation.id, connection).catch((error: unknown) => {
        this.log.warn({ err: error, actor: activation.name }, 'a client could not be presented to its actor again');
        connection.client.kick('its actor failed');
      });
    }
  }

  private async present(actor: ActorId, connection: Connection): Promise<void> {
    while (this.has(actor, connection)) {
      const activation = this.activate(actor);
      try {
        await activation.ready();
        if (!this.has(actor, connection)) return;
        connection.wasPresented = true;
        return await activation.sessions.connect(connection.client);
      } catch (error) {
        // The activation ended before it greeted the client: the next one does.
        if (!(activation.wasActive && activation.status === 'ended' && error instanceof TroupeError)) throw error;
      }
    }
  }

  private has(actor: ActorId, connection: Connection): boolean {
    return this.connections.get(printEntityId(actor))?.get(connection.client.id) === connection;
  }

  private forget(name: string, clientId: string): Connection | undefined {
    const connections = this.connections.get(name);
    const connection = connections?.get(clientId);
    connections?.delete(clientId);
    if (connections?.size === 0) this.connections.delete(name);
    return connection;
  }
}
