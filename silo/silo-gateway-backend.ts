import type { ActorId, EntityId } from '../protocol/actor-id.js';
import type { Envelope, Invoker } from '../protocol/envelope.js';
import type { CloseReason } from '../protocol/ports/client-link.js';
import type { ActorMetadata, ComponentMetadata, EventMetadata } from '../decorators/index.js';
import type { ActorTypes } from './actor-types.js';
import type { ClientWriter, GatewayBackend, GatewaySubscription, LiveEvent, PresentClient, SessionClient } from './gateway/gateway-backend.js';
import type { ClientTies } from './sessions/client-ties.js';

/** The silo as its gateway sees it. */
export class SiloGatewayBackend implements GatewayBackend {
  constructor(
    readonly siloId: string,
    private readonly types: ActorTypes,
    private readonly invoker: Invoker,
    private readonly ties: ClientTies,
  ) {}

  get actorTypes(): Iterable<ActorMetadata> {
    return this.types.all();
  }

  actorType(name: string): ActorMetadata | undefined {
    return this.types.get(name);
  }

  componentType(type: ActorMetadata, name: string): ComponentMetadata | undefined {
    return this.types.components.possible(type, name);
  }

  eventType(name: string): EventMetadata | undefined {
    return this.types.event(name);
  }

  invoke(envelope: Envelope): Promise<unknown> {
    return this.invoker.invoke(envelope);
  }

  subscribe(entity: EntityId, eventName: string, listener: (event: LiveEvent) => void, onEnd: () => void): Promise<GatewaySubscription> {
    return this.ties.feeds.subscribe(entity, eventName, listener, onEnd);
  }

  connected(actor: ActorId, client: SessionClient, write: ClientWriter): Promise<void> {
    return this.ties.sessions.connected(actor, client, write);
  }

  disconnected(actor: ActorId, clientId: string, reason: CloseReason): Promise<void> {
    return this.ties.sessions.disconnected(actor, clientId, reason);
  }

  clientsOf(actor: ActorId): readonly PresentClient[] {
    return this.ties.sessions.clientsOf(actor);
  }

  onPresence(listener: (actor: ActorId) => void): void {
    this.ties.sessions.onPresence = listener;
  }
}
