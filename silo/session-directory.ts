// SessionDirectory. Owns: which clients are connected to which session actor of this silo, across its activations.
//   D1. A connected client keeps its actor awake; when the activation ends all the same, the actor is woken again and meets its clients anew.
import type { ActorId } from '../protocol/actor-id.js';
import { printEntityId } from '../protocol/actor-id.js';
import type { CloseReason } from '../protocol/ports/client-link.js';
import type { Logger } from '../protocol/ports/logger.js';
import type { Activation } from './activation/activation.js';
import type { SessionClient } from './gateway/gateway-backend.js';

export class SessionDirectory {
  private readonly clients = new Map<string, Map<string, SessionClient>>();

  constructor(private readonly activate: (id: ActorId) => Activation, private readonly log: Logger) {}

  async connected(actor: ActorId, client: SessionClient): Promise<void> {
    const name = printEntityId(actor);
    let clients = this.clients.get(name);
    if (!clients) this.clients.set(name, (clients = new Map<string, SessionClient>()));
    clients.set(client.id, client);
    try {
      await this.activate(actor).sessions.connect(client);
    } catch (error) {
      this.forget(name, client.id);
      throw error;
    }
  }

  async disconnected(actor: ActorId, clientId: string, reason: CloseReason): Promise<void> {
    if (!this.forget(printEntityId(actor), clientId)) return;
    await this.activate(actor).sessions.disconnect(clientId, reason);
  }

  clientsOf(actor: ActorId): readonly SessionClient[] {
    return [...(this.clients.get(printEntityId(actor))?.values() ?? [])];
  }

  /** D1. */
  activationEnded(activation: Activation): void {
    for (const client of this.clientsOf(activation.id)) {
      void this.activate(activation.id).sessions.connect(client).catch((error: unknown) => {
        this.log.warn({ err: error, actor: activation.name }, 'a client could not be presented to its actor again');
        client.kick('its actor failed');
      });
    }
  }

  private forget(name: string, clientId: string): boolean {
    const clients = this.clients.get(name);
    const wasConnected = clients?.delete(clientId) ?? false;
    if (clients?.size === 0) this.clients.delete(name);
    return wasConnected;
  }
}
