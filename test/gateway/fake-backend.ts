import { actorMetadata, eventMetadata, type ActorMetadata, type ComponentMetadata, type EventMetadata } from '../../decorators/index.js';
import { printEntityId, type ActorId, type EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import type { Envelope } from '../../protocol/envelope.js';
import type { GatewayBackend, GatewaySubscription, LiveEvent, SessionClient } from '../../silo/gateway/gateway-backend.js';

interface FakeSubscription {
  readonly name: string;
  readonly listener: (event: LiveEvent) => void;
  readonly onEnd: () => void;
}

/** A silo that does what a test says, and keeps what the gateway asked of it. Every touch of a user object is counted. */
export class FakeBackend implements GatewayBackend {
  readonly siloId = 'fake-silo';
  readonly envelopes: Envelope[] = [];
  readonly sessionLog: string[] = [];
  readonly live = new Set<FakeSubscription>();
  /** Where what is listened to runs. */
  seat = this.siloId;
  epoch = 1;
  number = 0;
  touches = 0;
  /** Stands in for the method. Default: runs it on a counted instance of its class. */
  answer: ((envelope: Envelope) => unknown) | undefined;
  onConnected: ((client: SessionClient) => unknown) | undefined;
  onDisconnected: (() => unknown) | undefined;
  onSubscribe: (() => unknown) | undefined;
  private readonly types = new Map<string, ActorMetadata>();
  private readonly events = new Map<string, EventMetadata>();
  private readonly clients = new Map<string, SessionClient[]>();

  constructor(readonly codec: Codec, classes: readonly object[], events: readonly object[]) {
    for (const Class of classes) this.types.set(actorMetadata(Class)!.name, actorMetadata(Class)!);
    for (const Class of events) this.events.set(eventMetadata(Class)!.name, eventMetadata(Class)!);
  }

  get actorTypes(): Iterable<ActorMetadata> {
    return this.types.values();
  }

  actorType(name: string): ActorMetadata | undefined {
    return this.types.get(name);
  }

  componentType(type: ActorMetadata, name: string): ComponentMetadata | undefined {
    return type.components().find((component) => component.name === name);
  }

  eventType(name: string): EventMetadata | undefined {
    return this.events.get(name);
  }

  async invoke(envelope: Envelope): Promise<unknown> {
    this.envelopes.push(envelope);
    if (this.answer) return this.answer(envelope);
    const { target, method, args } = envelope;
    const type = this.types.get(target.type)!;
    const Class = (target.component === undefined ? type : type.components().find(({ name }) => name === target.component)!).target;
    const instance = this.counted(new (Class as unknown as new () => object)());
    return (instance as Record<string, (...args: readonly unknown[]) => unknown>)[method]!(...args);
  }

  async subscribe(entity: EntityId, eventName: string, listener: (event: LiveEvent) => void, onEnd: () => void): Promise<GatewaySubscription> {
    await this.onSubscribe?.();
    const subscription = { name: `${printEntityId(entity)} ${eventName}`, listener, onEnd };
    this.live.add(subscription);
    const numbered = (): number => this.number;
    return {
      silo: this.seat,
      epoch: this.epoch,
      get number() {
        return numbered();
      },
      stop: () => void this.live.delete(subscription),
    };
  }

  async connected(actor: ActorId, client: SessionClient): Promise<void> {
    this.sessionLog.push(`${printEntityId(actor)} connected`);
    await this.onConnected?.(client);
    this.clients.set(printEntityId(actor), [...this.clientsOf(actor), client]);
  }

  async disconnected(actor: ActorId, clientId: string, reason: string): Promise<void> {
    this.sessionLog.push(`${printEntityId(actor)} disconnected ${reason}`);
    this.clients.set(printEntityId(actor), this.clientsOf(actor).filter(({ id }) => id !== clientId));
    await this.onDisconnected?.();
  }

  onPresence(): void {}

  clientsOf(actor: ActorId): readonly SessionClient[] {
    return this.clients.get(printEntityId(actor)) ?? [];
  }

  /** A live event to everybody who listens. */
  emit(event: object, key?: string): void {
    this.number++;
    const { name } = eventMetadata(event.constructor)!;
    const origin = { type: 'hero', key: 'h1', id: `e${this.number}`, seq: this.number, at: 0 };
    for (const { listener } of this.live) listener({ eventName: name, payload: this.codec.encode(event, 'event'), key, epoch: this.epoch, number: this.number, origin });
  }

  /** The activation behind all subscriptions ends. */
  endActivation(): void {
    this.epoch++;
    this.number = 0;
    const ended = [...this.live];
    this.live.clear();
    for (const { onEnd } of ended) onEnd();
  }

  private counted(instance: object): object {
    const touch = <T>(value: T): T => {
      this.touches++;
      return value;
    };
    return new Proxy(instance, { get: (target, name, receiver) => touch(Reflect.get(target, name, receiver) as unknown), has: (target, name) => touch(Reflect.has(target, name)) });
  }
}
