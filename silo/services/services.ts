// Services. Owns: this silo's services, and its calls of services anywhere: which class is behind a name, and the line of each.
//   C1. A call is looked up in frozen tables before anything runs. No directory entry, no state: a service is wherever its class is.
//   C2. While the silo stops, nothing of other silos begins here, and of its own only what running turns need.
import type { ServiceMetadata } from '../../decorators/index.js';
import { printEntityId, serviceId } from '../../protocol/actor-id.js';
import type { Envelope } from '../../protocol/envelope.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import type { Incarnation, Member, Peer } from '../../protocol/ports/index.js';
import type { SiloServices } from '../activation/silo-services.js';
import type { ActorTypes } from '../actor-types.js';
import { Moved } from '../links/moved.js';
import type { WatchedServices } from '../routing/circle-watch.js';
import type { PeerLinks } from '../routing/cluster-router.js';
import { MAX_PERMIT_HOLDERS, type ServicePermits } from '../routing/service-waits.js';
import type { PeerTopics } from '../sessions/peer-topics.js';
import type { Answer } from '../turns/answer.js';
import { CallChain } from '../turns/call-chain.js';
import { FarCall } from '../turns/far-call.js';
import { PendingCall } from '../turns/pending-call.js';
import { turnModeOf, type TurnMode } from '../turns/turn-mode.js';
import { endsWithin } from '../ends-within.js';
import { mayBegin } from '../lease-wait.js';
import { ASK, ASK_LIMIT_MS, FarServiceLinks, OFFER, PERMITS, type FarServiceParts } from './far-service-links.js';
import { HostedService } from './hosted-service.js';
import { PermitOffers } from './permit-offers.js';
import { ServiceLine } from './service-line.js';
import { ServicePeers } from './service-peers.js';
import { methodOf, permitsOf, type ServiceTypes } from './service-types.js';
import { SiloServiceRuntime } from './silo-service-runtime.js';

/** As long as an activation's running turns may take at the end. */
const DRAIN_LIMIT_MS = 10_000;

/** What is here of a service: calls that are made here, and, if its class is, the turns and who waits for its permits. */
interface Service {
  readonly line: ServiceLine;
  hosted?: { readonly turns: HostedService; readonly offers: PermitOffers } | undefined;
}

/** How busy a service is on one silo. */
export interface ServiceStatistics {
  /** Turns that run here, whoever called. */
  readonly running: number;
  /** Calls of this silo that wait for a permit. */
  readonly waiting: number;
}

export class Services {
  private readonly byName = new Map<string, Service>();
  private far: FarServiceParts | undefined;
  private isStopping = false;

  constructor(private readonly types: ServiceTypes, private readonly actors: ActorTypes, private readonly silo: SiloServices) {
    for (const { name } of types.all()) this.service(name);
  }

  /** A call made on this silo. Rejects with an `Unknown…Error` before anything runs. */
  invoke(envelope: Envelope): Promise<unknown> {
    try {
      return this.begin(envelope).promise;
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Another silo's call: runs here now, or throws (or fails with) `Moved`. */
  deliverFar(envelope: Envelope): Answer {
    const { type } = envelope.target;
    const metadata = this.types.get(type);
    if (!metadata || this.isStopping) throw new Moved(undefined);
    const call = new FarCall(envelope, chainOf(envelope), turnModeOf(methodOf(metadata, envelope)));
    const { turns } = this.service(type).hosted!;
    if (!turns.mayStart(call)) throw new Moved(undefined);
    turns.start(call);
    this.silo.statistics.calls++;
    return call;
  }

  /** The types are those of classes that were loaded anew: turns that begin from now on are of them. */
  renew(): void {
    for (const metadata of this.types.all()) {
      const service = this.service(metadata.name);
      if (service.hosted) service.hosted.turns.renew(metadata);
      else service.hosted = this.host(metadata);
      service.line.pump();
      service.hosted.offers.offer();
    }
  }

  /** From now on calls spill to other silos, and theirs come here. */
  joinPeers(far: FarServiceParts, topics: PeerTopics): void {
    this.far = far;
    topics.on(ASK, (name, from) => !this.isStopping && (this.byName.get(name as string)?.hosted?.offers.ask(from) ?? false));
    topics.on(PERMITS, () => this.permits());
    topics.on(OFFER, (name, from: Peer) => this.byName.get(name as string)?.line.offered(from.incarnation) ?? false);
    this.silo.membership.onChange(() => {
      for (const { line, hosted } of this.byName.values()) {
        line.hostsChanged();
        hosted?.offers.offer();
      }
    });
  }

  /** What the search for circles asks. */
  watchedBy(links: Pick<PeerLinks, 'ask'>): WatchedServices {
    return {
      permits: () => this.permits(), holders: (name) => this.holders(name), hostsOf: (name) => this.hostsOf(name),
      ask: (silo, timeoutMs) => links.ask(silo, PERMITS, undefined, timeoutMs),
    };
  }

  private permits(): readonly ServicePermits[] {
    return this.hostedNow().map(({ id, permits, holders }) => {
      const chains = [...holders].map(({ chain }) => chain.id);
      return { service: id.type, isFree: permits.free > 0 || chains.length > MAX_PERMIT_HOLDERS, holders: chains.slice(0, MAX_PERMIT_HOLDERS) };
    });
  }

  private holders(name?: string): readonly CallChain[] {
    return this.hostedNow().flatMap(({ id, permits, holders }) => (permits.free > 0 || (name ?? id.type) !== id.type ? [] : [...holders].map(({ chain }) => chain)));
  }

  private hostsOf(name: string): number {
    return (this.types.get(name) ? 1 : 0) + this.silo.membership.peers.filter((peer) => permitsOf(peer, name) > 0).length;
  }

  statistics(): Readonly<Record<string, ServiceStatistics>> {
    return Object.fromEntries([...this.byName].map(([name, { line, hosted }]) => [name, { running: hosted?.turns.running ?? 0, waiting: line.waiting }]));
  }

  /** C2. Resolves when no turn runs, or when that takes too long. */
  async finish(): Promise<void> {
    this.isStopping = true;
    await endsWithin(this.silo.clock, this.drained(), DRAIN_LIMIT_MS);
  }

  /** After the last activation: nobody needs them any more. */
  async end(): Promise<void> {
    if (!(await endsWithin(this.silo.clock, this.drained(), DRAIN_LIMIT_MS))) {
      this.silo.log.error({ limitMs: DRAIN_LIMIT_MS, services: this.statistics() }, 'turns of services did not end in time: left behind');
    }
    this.closeLines('this silo is stopping');
    await Promise.all(this.hostedNow().map((turns) => turns.end()));
  }

  abandon(reason: string): void {
    this.isStopping = true;
    this.closeLines(reason);
  }

  /** C1. */
  private begin(envelope: Envelope): PendingCall {
    const { target } = envelope;
    const { mode, service } = this.lookUp(envelope);
    if (this.isStopping && !(envelope.chain && this.silo.membership.mayAccept)) throw new SiloUnavailableError(`${printEntityId(target)}: this silo is stopping; the call did not run`);
    this.silo.statistics.calls++;
    const call = new PendingCall(envelope, chainOf(envelope), mode);
    if (envelope.signal?.aborted) call.cancel();
    else service.line.offer(call);
    return call;
  }

  /** What this silo does not host, the silo that does knows. */
  private lookUp(envelope: Envelope): { readonly mode: TurnMode; readonly service: Service } {
    const metadata = this.types.get(envelope.target.type);
    const mode = metadata ? turnModeOf(methodOf(metadata, envelope)) : UNKNOWN_MODE;
    return { mode, service: this.service(envelope.target.type) };
  }

  private service(name: string): Service {
    let service = this.byName.get(name);
    if (!service) this.byName.set(name, (service = this.open(name)));
    return service;
  }

  private open(name: string): Service {
    const { clock, deadlines, membership, random } = this.silo;
    const metadata = this.types.get(name);
    const service: Pick<Service, 'hosted'> = { hosted: metadata && this.host(metadata) };
    const peers = new ServicePeers({
      hosts: () => (this.far ? membership.peers.filter((peer) => permitsOf(peer, name) > 0) : NO_PEERS),
      permitsOf: (host) => permitsOf(host, name), random,
    });
    const line = new ServiceLine({
      id: serviceId(name), clock, deadlines, local: () => service.hosted?.turns, peers, links: new FarServiceLinks(name, () => this.far!),
      isReadOnly: (method) => this.types.get(name)?.methods.get(method)?.readOnly === true,
    });
    return Object.assign(service, { line });
  }

  private host(metadata: ServiceMetadata): NonNullable<Service['hosted']> {
    const { name } = metadata;
    const onFree = (): void => {
      this.byName.get(name)!.line.pump();
      offers.offer();
    };
    const again = (call: PendingCall, error: Error): void => {
      const { line } = this.byName.get(name)!;
      line.giveBack(call, error);
      // Of one that had no permit nothing comes back.
      line.pump();
    };
    const turns = new HostedService(metadata, this.silo, () => new SiloServiceRuntime(serviceId(name), this.silo, this.actors, this.types), onFree, again);
    const peer = (incarnation: Incarnation): Member | undefined => this.silo.membership.peers.find((member) => member.incarnation === incarnation);
    const offers = new PermitOffers({
      // Who cannot take a call must not ask for one: it would come and go without end.
      free: () => (this.isStopping || !mayBegin(this.silo.membership) ? 0 : turns.permits.free), peer,
      offerTo: (silo) => this.far!.links.ask(silo, OFFER, name, ASK_LIMIT_MS),
    });
    return { turns, offers };
  }

  private async drained(): Promise<void> {
    // Turns of one service may have made calls of another.
    for (let turns = this.busy(); turns; turns = this.busy()) await turns.drained();
  }

  private busy(): HostedService | undefined {
    return this.hostedNow().find(({ running }) => running > 0);
  }

  private hostedNow(): readonly HostedService[] {
    return [...this.byName.values()].flatMap(({ hosted }) => hosted?.turns ?? []);
  }

  private closeLines(reason: string): void {
    for (const { line } of this.byName.values()) line.close(reason);
  }
}

const NO_PEERS: readonly Member[] = [];
const UNKNOWN_MODE = turnModeOf({ readOnly: false, strict: false, interleave: false });

function chainOf({ chain }: Envelope): CallChain {
  return chain instanceof CallChain ? chain : new CallChain();
}
