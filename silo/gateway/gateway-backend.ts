// What the gateway needs of the silo behind it. The silo implements it; tests of the gateway fake it.
import type { EntityId, ActorId } from '../../protocol/actor-id.js';
import type { Identity } from '../../protocol/identity.js';
import type { Envelope } from '../../protocol/envelope.js';
import type { ActorMetadata, ComponentMetadata, EventMetadata } from '../../decorators/metadata.js';

/** A live event as it leaves an entity after its commit. `payload` is the event encoded once for everybody. */
export interface LiveEvent {
  readonly eventName: string;
  readonly payload: Uint8Array;
  /** Conflation key given by the emitter. */
  readonly key?: string | undefined;
  /** Sequence of this event class at the subscribed entity: the activation's epoch and a number that rises by 1. */
  readonly epoch: number;
  readonly number: number;
  readonly origin: { readonly type: string; readonly key: string; readonly component?: string | undefined; readonly id: string; readonly seq: number; readonly at: number };
}

/** A running subscription to one event class of one entity. */
export interface LiveSubscription {
  readonly epoch: number;
  /** The number of the last event until now, delivered or not. */
  readonly number: number;
  stop(): void;
}

/** One that a gateway asked for. */
export interface GatewaySubscription extends LiveSubscription {
  /** Id of the silo that runs the entity. */
  readonly silo: string;
}

/** A client as its session actor sees it (`ctx.clients`). */
export interface SessionClient {
  readonly id: string;
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Sends an event object to this client; its wire name is the event's. */
  send(event: object): void;
  kick(reason?: string): void;
}

/** What others see of a client. */
export type PresentClient = Pick<SessionClient, 'id' | 'since'>;

/** Writes an event that was encoded elsewhere to a client. */
export type ClientWriter = (eventName: string, payload: Uint8Array) => void;

/** The silo as its gateway sees it. */
export interface GatewayBackend {
  readonly siloId: string;
  /** All hosted types. */
  readonly actorTypes: Iterable<ActorMetadata>;
  /** Frozen table of hosted types; `undefined` for unknown names. */
  actorType(name: string): ActorMetadata | undefined;
  /** The class of a component that actors of the type may have under this name. */
  componentType(type: ActorMetadata, name: string): ComponentMetadata | undefined;
  eventType(name: string): EventMetadata | undefined;
  /** Arguments are owned by the envelope (already decoded from the client's bytes). Deadline on `monotonicMs()`. `envelope.answered` stays empty when it ran here. */
  invoke(envelope: Envelope): Promise<unknown>;
  /** Activates the actor and keeps it awake until `stop`. `onEnd` is called when the activation ends (the gateway subscribes again). */
  subscribe(entity: EntityId, eventName: string, listener: (event: LiveEvent) => void, onEnd: () => void): Promise<GatewaySubscription>;
  /** The session actor's clients changed: runs `onConnect`, keeps the actor awake until the client left. */
  connected(actor: ActorId, client: SessionClient, write: ClientWriter): Promise<void>;
  /** Once for each `connected`, after that has settled (also by a rejection). */
  disconnected(actor: ActorId, clientId: string, reason: 'left' | 'lost' | 'kicked'): Promise<void>;
  /** Clients now connected to the session actor, here and at other gateways, for presence. */
  clientsOf(actor: ActorId): readonly PresentClient[];
  /** One listener; told of an actor whose clients at other gateways have changed. */
  onPresence(listener: (actor: ActorId) => void): void;
}
