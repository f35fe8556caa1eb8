import type { ActorId, EntityId } from '../protocol/actor-id.js';
import { printEntityId } from '../protocol/actor-id.js';
import type { Envelope, Invoker } from '../protocol/envelope.js';
import { SiloUnavailableError, UnknownActorTypeError, UnknownComponentError } from '../protocol/errors/index.js';
import type { CloseReason } from '../protocol/ports/client-link.js';
import type { ActorMetadata, EventMetadata } from '../decorators/index.js';
import type { Activation } from './activation/activation.js';
import type { ActorTypes } from './actor-types.js';
import type { Catalog } from './catalog.js';
import type { GatewayBackend, LiveEvent, LiveSubscription, SessionClient } from './gateway/gateway-backend.js';
import type { SessionDirectory } from './session-directory.js';
import { CallChain } from './turns/call-chain.js';

/** The silo as its gateway sees it. */
export class SiloGatewayBackend implements GatewayBackend {
  constructor(
    readonly siloId: string,
    private readonly types: ActorTypes,
    private readonly catalog: Catalog,
    private readonly invoker: Invoker,
    private readonly sessions: SessionDirectory,
  ) {}

  get actorTypes(): Iterable<ActorMetadata> {
    return this.types.all();
  }

  actorType(name: string): ActorMetadata | undefined {
    return this.types.get(name);
  }

  eventType(name: string): EventMetadata | undefined {
    return this.types.event(name);
  }

  invoke(envelope: Envelope): Promise<unknown> {
    return this.invoker.invoke(envelope);
  }

  async subscribe(entity: EntityId, eventName: string, listener: (event: LiveEvent) => void, onEnd: () => void): Promise<LiveSubscription> {
    const activation = await this.awake(entity);
    if (!activation.entity(entity.component)) {
      throw new UnknownComponentError(`${printEntityId(activation.id)} has no component '${entity.component}'`, { component: entity.component! });
    }
    return activation.live.subscribe(entity.component, eventName, listener, onEnd);
  }

  connected(actor: ActorId, client: SessionClient): Promise<void> {
    return this.sessions.connected(actor, client);
  }

  disconnected(actor: ActorId, clientId: string, reason: CloseReason): Promise<void> {
    return this.sessions.disconnected(actor, clientId, reason);
  }

  clientsOf(actor: ActorId): readonly SessionClient[] {
    return this.sessions.clientsOf(actor);
  }

  /** The actor's activation, active; an ending one is waited for and followed by the next. */
  private async awake(id: ActorId): Promise<Activation> {
    for (;;) {
      const activation = this.activate(id);
      try {
        await activation.ready();
        if (activation.status === 'active') return activation;
      } catch (error) {
        if (!activation.wasActive) throw error;
      }
    }
  }

  private activate(id: ActorId): Activation {
    const metadata = this.types.get(id.type);
    if (!metadata) throw new UnknownActorTypeError(`no silo hosts the actor type '${id.type}'`, { type: id.type });
    if (this.catalog.stopping) throw new SiloUnavailableError('this silo is stopping');
    return this.catalog.getOrActivate(metadata, id, new CallChain());
  }
}
