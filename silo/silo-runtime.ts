// SiloRuntime: one silo's actors, without its ports to the world. The composition of catalog, router and services over given stores,
// clock and membership: the same for a real silo, an embedded one and a test.
import type { ActorDirectory } from '../directory/actor-directory.js';
import { LocationCache } from '../directory/location-cache.js';
import { StoreActorDirectory } from '../directory/store-actor-directory.js';
import { checkKey, isService, serviceId, type ActorId, type EntityId } from '../protocol/actor-id.js';
import { createCodec, type Codec } from '../protocol/codec/index.js';
import type { Envelope } from '../protocol/envelope.js';
import { SiloUnavailableError } from '../protocol/errors/index.js';
import type { Incarnation, Peer } from '../protocol/ports/index.js';
import { checkActorQuery, findActors, type FindPage } from '../sdk/context/found-actors.js';
import { createHandleFactory, handleReferences, type HandleFactory } from '../sdk/handle.js';
import type { Activation } from './activation/activation.js';
import { LazySaver } from './activation/lazy-saver.js';
import { SiloEntityRuntime } from './activation/silo-entity-runtime.js';
import type { SiloServices, Statistics } from './activation/silo-services.js';
import { systemMode } from './activation/system-methods.js';
import { ActorFinder } from './actor-finder.js';
import type { ActorTypes } from './actor-types.js';
import { AlwaysOn } from './always-on.js';
import { Catalog } from './catalog.js';
import { hostedClasses } from './hosted-classes.js';
import { Hosts } from './hosts.js';
import { IdleCollector } from './idle-collector.js';
import { Management, MANAGEMENT_TOPICS, type ManageOptions } from './management.js';
import { Router, type ReturningCalls } from './router.js';
import { ChainTable } from './routing/chain-table.js';
import { CircleWatch } from './routing/circle-watch.js';
import { ClusterRouter, type ClusterRouterParts, type PeerLinks } from './routing/cluster-router.js';
import { PeerCalls } from './routing/peer-calls.js';
import { Placing, type PlacingParts } from './routing/placing.js';
import { isMyShare } from './routing/share.js';
import { WrongHints } from './routing/wrong-hints.js';
import type { ServiceTypes } from './services/service-types.js';
import { Services } from './services/services.js';
import { ClientTies } from './sessions/client-ties.js';
import { PeerTopics } from './sessions/peer-topics.js';
import { SiloMessages } from './messages/silo-messages.js';
import { SiloGatewayBackend } from './silo-gateway-backend.js';
import { SiloHandleCaller } from './silo-handle-caller.js';
import type { SiloPorts } from './silo-ports.js';
import type { Answer } from './turns/answer.js';
import { CallChain } from './turns/call-chain.js';
import { DeadlineWheel } from './turns/deadline-wheel.js';
import { warnOnce } from './warn-once.js';

/** A stop lets turns run for that long before it asks them to end. */
const STOP_GRACE_MS = 1000;
const STOPPING = 'this silo is stopping';

/** What a silo has that others beside it. */
export interface PeerParts extends Pick<PlacingParts, 'chooser' | 'defaultPolicy' | 'labels' | 'self'>, Pick<ClusterRouterParts, 'onRefused'> {
  readonly links: PeerLinks;
}

export class SiloRuntime {
  readonly types: ActorTypes;
  readonly serviceTypes: ServiceTypes;
  readonly services: Services;
  readonly statistics: Statistics = { activations: 0, activated: 0, deactivated: 0, commits: 0, calls: 0, deliveries: 0, deadLetters: 0 };
  readonly catalog: Catalog;
  readonly handles: HandleFactory;
  readonly codec: Codec;
  readonly backend: SiloGatewayBackend;
  private readonly deadlines: DeadlineWheel;
  private readonly lazySaver: LazySaver;
  private readonly idle: IdleCollector;
  private readonly ties: ClientTies;
  readonly hosts: Hosts;
  readonly messages: SiloMessages;
  readonly caller: SiloHandleCaller;
  private readonly topics = new PeerTopics();
  private readonly alwaysOn: AlwaysOn;
  private readonly router: Router;
  private readonly management: Management;
  private readonly findTagged: FindPage;
  private readonly directory: ActorDirectory;
  private readonly chains = new ChainTable();
  private circles: CircleWatch | undefined;
  private hints: WrongHints | undefined;
  private lazyLocations: LocationCache | undefined;

  constructor(private readonly ports: SiloPorts) {
    const { clock, log, membership } = ports;
    ({ types: this.types, serviceTypes: this.serviceTypes } = hostedClasses(ports));
    this.directory = new StoreActorDirectory(ports.store, membership.incarnation, membership);
    this.alwaysOn = new AlwaysOn(clock, log, (id) => this.catalog.stopping || this.catalog.getOrActivate(this.types.get(id.type)!, id, new CallChain()));
    this.deadlines = new DeadlineWheel(clock);
    this.lazySaver = new LazySaver(clock, log);
    this.idle = new IdleCollector(clock, (activation) => this.catalog.deactivate(activation, 'idle', false));
    const finder = new ActorFinder(ports.store, log);
    this.findTagged = (...page) => finder.page(...page);
    const services = this.createServices();
    this.catalog = new Catalog(services);
    this.services = new Services(this.serviceTypes, this.types, services);
    this.router = new Router(this.types, this.catalog, services, this.services);
    Object.assign(services, this.router.returns);
    const invoker = ports.intercept?.(this.router) ?? this.router;
    this.ties = new ClientTies({ siloId: ports.siloId, types: this.types, catalog: this.catalog, membership, clock, log, topics: this.topics, codec: () => this.codec });
    this.backend = new SiloGatewayBackend(ports.siloId, this.types, invoker, this.ties);
    const management = (this.management = new Management(this.types, this.catalog, services, (id) => this.alwaysOn.forget(id)));
    for (const topic of MANAGEMENT_TOPICS) this.topics.on(topic, (body) => management.control(topic, body as Parameters<Management['control']>[1]));
    services.caller = this.caller = Object.assign(new SiloHandleCaller(invoker, () => this.codec, clock, this.types, log, () => this.messages), {
      manage: (target: EntityId, options: ManageOptions) => management.of(target, options, (id) => this.handles.handle(id)),
    });
    services.messages = this.messages = new SiloMessages({ ...ports, statistics: this.statistics, chains: this.chains, isReadOnly: (target, method) => this.types.isReadOnly(target, method) }, this.directory, this.router, () => this.codec);
    this.handles = createHandleFactory(services.caller);
    this.codec = createCodec({ references: handleReferences(this.handles) });
    services.codec = this.codec;
    services.host = this.hosts = new Hosts(ports.files, this.codec, log, services.random, ports.threads, ports.gate);
    services.scratch = this.hosts.scratch;
  }

  actor(classOrName: unknown, key: string): object {
    checkKey(key);
    return this.handles.handle({ type: this.types.nameOf(classOrName), key });
  }

  service(classOrName: unknown): object {
    return this.handles.handle(serviceId(this.serviceTypes.nameOf(classOrName)));
  }

  /** Actors with a tag, wherever they are; none is activated. Throws `ConfigurationError` for a bad query. */
  findActors(query: unknown): AsyncIterable<object> {
    return findActors(checkActorQuery(query, (type) => this.types.nameOf(type)), this.findTagged, (id) => this.handles.handle(id));
  }

  /** The types that it hosts, with their versions, and the services. */
  hostedTypes(): Readonly<Record<string, string>> {
    return { ...Object.fromEntries([...this.types.all()].map(({ name }) => [name, ''])), ...this.serviceTypes.hosted };
  }

  /** From now on calls of actors that are not active here go where they are, and actors that are nowhere are placed. */
  joinPeers({ links, onRefused, ...placing }: PeerParts): void {
    const { clock, membership, siloId } = this.ports;
    const cluster = new ClusterRouter({
      membership, directory: this.directory, locations: this.locations, links, onRefused, chains: this.chains, clock, isStopping: () => this.catalog.stopping,
      placing: new Placing({ ...placing, siloId, membership, typeOf: (name) => this.types.get(name), isOpen: () => !this.catalog.stopping && membership.mayAccept }),
      // What silos ask of actors themselves bears to be asked twice.
      isReadOnly: ({ kind, target, method }) => kind === 'hook' || (systemMode(method)?.readOnly ?? this.types.isReadOnly(target, method)),
      deliverHere: (envelope) => (envelope.kind === 'hook' ? this.ties.serve(envelope) : this.router.deliverRouted(envelope)),
    });
    this.router.elsewhere = cluster;
    const circles = (this.circles = new CircleWatch({ clock, log: this.ports.log, membership, chains: this.chains, ask: (silo, timeoutMs) => links.ask(silo, 'waits', undefined, timeoutMs), services: this.services.watchedBy(links) }));
    this.topics.on('waits', () => Promise.resolve(circles.report()));
    circles.start();
    this.hints = new WrongHints(links, this.locations, membership, this.topics);
    this.management.elsewhere = cluster;
    this.ties.joinPeers(cluster, links);
    this.messages.replies.joinPeers(links, this.topics);
    this.services.joinPeers({ links, chains: this.chains, onRefused }, this.topics);
    membership.onChange(({ dead }) => {
      this.ties.silosDied(dead);
      if (dead.length > 0) this.alwaysOn.keepWaking(this.ports.store, this.isMyAlwaysOn);
    });
  }

  /** What other silos' calls meet. */
  peerCalls(): PeerCalls {
    return new PeerCalls({
      chains: this.chains, deliver: (envelope) => this.deliver(envelope), sendOn: (envelope) => this.router.invoke(envelope),
      tellMoved: (id, to) => this.hints?.tell(id, to),
    });
  }

  /** What another silo asks of this one. */
  peerControl(topic: string, body: unknown, from: Peer): Promise<unknown> {
    return this.topics.handle(topic, body, from);
  }

  /** Wakes actors of always-on types that are nowhere, as far as they are this silo's share. */
  wakeAlwaysOn(): Promise<void> {
    return this.alwaysOn.wake(this.ports.store, this.isMyAlwaysOn);
  }

  /** Ends every activation in good order. */
  async stop(): Promise<void> {
    const hurry = this.ports.clock.setTimer(() => this.deadlines.interrupt(new SiloUnavailableError(STOPPING)), STOP_GRACE_MS);
    this.router.lease.refuse(STOPPING);
    await this.messages.finish();
    this.router.lease.close(STOPPING);
    await Promise.all([this.services.finish(), this.catalog.stop()]).finally(() => hurry.cancel());
    await this.services.end();
    await this.messages.end();
    this.ties.stop();
    this.stopUpkeep();
    await this.hosts.stop();
  }

  /** Drops everything: nothing is saved, nobody gets an answer. */
  abandon(reason: string): void {
    this.ties.abandon();
    this.catalog.abandon(reason);
    this.router.lease.close(reason);
    this.services.abandon(reason);
    this.messages.abandon();
    this.stopUpkeep();
    void this.hosts.stop();
  }

  private stopUpkeep(): void {
    for (const part of [this.lazySaver, this.alwaysOn, this.circles, this.idle, this.deadlines]) part?.stop();
  }

  /** Queues it here, whoever has the actor; throws when it surely did not run. */
  private deliver(envelope: Envelope): Answer | Promise<unknown> {
    if (isService(envelope.target)) return this.services.deliverFar(envelope);
    return envelope.kind === 'hook' ? this.ties.serve(envelope) : this.router.deliverFar(envelope);
  }

  private get locations(): LocationCache {
    return (this.lazyLocations ??= new LocationCache(this.ports.maxLocations));
  }

  private actorIsElsewhere(id: ActorId, incarnation: Incarnation): void {
    this.locations.set(id, incarnation);
    this.alwaysOn.forget(id);
  }

  private readonly isMyAlwaysOn = (id: ActorId): boolean => (this.types.get(id.type)?.alwaysOn ?? false) && isMyShare(this.ports.membership, id);

  private createServices(): { -readonly [Service in keyof SiloServices]: SiloServices[Service] } {
    const { clock, store, membership, random = Math.random } = this.ports;
    const services = {
      siloId: this.ports.siloId, clock, log: this.ports.log, store, membership, random,
      deadlines: this.deadlines, lazySaver: this.lazySaver, statistics: this.statistics,
      wallClockOffsetMs: clock.now() - clock.monotonicMs(),
      directory: this.directory,
      componentClass: (type, className) => this.hosts.currentOf(this.types.components.get(type, className)),
      isComponentClass: (className) => this.types.components.has(className),
      createRuntime: (entity) => new SiloEntityRuntime(entity, this.types, this.serviceTypes),
      handle: (id: EntityId) => this.handles.handle(id),
      findTagged: this.findTagged,
      warnOnce: warnOnce(this.ports.log),
      deactivate: (activation, reason, destroy) => this.catalog.deactivate(activation, reason, destroy),
      ended: (activation) => this.ended(activation),
      elsewhere: (id, holder) => this.actorIsElsewhere(id, holder.incarnation),
      touched: (activation, atMs) => this.idle.touch(activation, atMs),
    } satisfies Omit<SiloServices, 'codec' | 'messages' | 'host' | 'scratch' | 'caller' | keyof ReturningCalls>;
    // Codec, caller, host and router need the services' owner first; they are set before anything can run.
    return services as unknown as { -readonly [Service in keyof SiloServices]: SiloServices[Service] };
  }

  private ended(activation: Activation): void {
    this.catalog.remove(activation);
    this.idle.forget(activation);
    this.ties.activationEnded(activation);
    if (!this.catalog.stopping && activation.metadata.alwaysOn) this.alwaysOn.ended(activation);
  }
}
