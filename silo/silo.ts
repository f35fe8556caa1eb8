// Silo: the composition root. Owns: the stages of one silo's life; brings them up in order and down in reverse, each once.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { ConfigurationError } from '../protocol/errors/index.js';
import { keptAlive } from '../protocol/kept-alive.js';
import { notImplemented } from '../protocol/errors/not-implemented.js';
import type { ActorId } from '../protocol/actor-id.js';
import type { FrameNetwork, Logger, Member, Membership } from '../protocol/ports/index.js';
import { SystemClock } from '../protocol/system-clock.js';
import { openBroadcast } from '../sdk/broadcast.js';
import type { ActorQuery, Broadcast, DeadLetters, EntityClass, Handle } from '../sdk/author/index.js';
import { ClusterGateways } from './cluster-gateways.js';
import type { RunningGateway } from './gateway/open-gateway.js';
import { createLogger } from './log.js';
import { LoadMeter } from './load-meter.js';
import { loadModules, type LoadedModules } from './options/modules.js';
import { openNetwork } from './open-network.js';
import { loadOf, Peers } from './peers.js';
import { HotModules } from './reload/hot-modules.js';
import { resolveSiloOptions, type ResolvedSiloOptions, type SiloOptions } from './silo-options.js';
import { SiloRuntime } from './silo-runtime.js';
import type { SiloStatistics } from './silo-statistics.js';
import { Stages } from './stages.js';
import { startGateway } from './start-gateway.js';
import { openStores } from './stores.js';

export type SiloEvent = 'member-joined' | 'member-dead' | 'stopping' | 'fenced' | 'scale-needed';

const EVENTS: readonly SiloEvent[] = ['member-joined', 'member-dead', 'stopping', 'fenced', 'scale-needed'];

/** What stands between a silo and its network, for tests. */
type Detour = (network: FrameNetwork) => FrameNetwork;

/** A running silo. */
export class Silo {
  private readonly listeners = new Map<SiloEvent, Set<(detail: unknown) => void>>();
  private stopped: Promise<void> | undefined;

  private constructor(
    /** Unique among the silos of the cluster; new at every start. */
    readonly id: string,
    private readonly log: Logger,
    private readonly stages: Stages,
    private readonly membership: Membership,
    private readonly runtime: SiloRuntime,
    private readonly gateway: RunningGateway | undefined,
    private readonly hot: HotModules,
  ) {
    membership.onFenced((reason) => void this.fence(reason).catch((error: unknown) => log.error({ err: error }, 'the silo did not stop well')));
    membership.onChange(({ joined, dead }) => {
      for (const member of joined) this.tell('member-joined', member);
      for (const member of dead) this.tell('member-dead', member);
    });
  }

  /** Starts a silo; see `startSilo`. */
  static async start(options: SiloOptions, detour: Detour = (network) => network): Promise<Silo> {
    const resolved = resolveSiloOptions(options);
    const id = `${hostname().replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, 40)}-${randomBytes(4).toString('hex')}`;
    const log = typeof resolved.log === 'object' ? resolved.log.child({ silo: id }) : createLogger(resolved.log, { silo: id });
    const modules = await loadModules(resolved.modules);
    const stages = new Stages();
    try {
      return await Silo.bringUp(stages, id, log, resolved, modules, detour);
    } catch (error) {
      await stages.down().catch((failure: unknown) => log.error({ err: failure }, 'what had started did not stop well'));
      throw error;
    }
  }

  private static async bringUp(stages: Stages, siloId: string, log: Logger, options: ResolvedSiloOptions, modules: LoadedModules, detour: Detour): Promise<Silo> {
    const clock = new SystemClock();
    const load = new LoadMeter(clock);
    load.start();
    stages.add(() => Promise.resolve(load.stop()));
    const network = detour(openNetwork(siloId, options, () => stores.membership.incarnation));
    const stores = await openStores(options, {
      siloId, clock, log,
      self: { address: () => network.address, labels: options.labels, types: () => runtime.hostedTypes(), load: () => loadOf(load, runtime), gateway: () => gateways.own },
    });
    stages.add(() => stores.close());
    const { membership, store, queues, records } = stores;
    const hot = new HotModules(options, clock, log);
    const { actors, components, services } = modules;
    const classes = [...actors, ...services];
    const runtime = new SiloRuntime({ siloId, clock, log, store, queues, records, membership, classes, components, files: modules, gate: hot.lock, policies: options.placement.policies });
    stages.add(() => runtime.hosts.scratch.stop());
    // Nobody waits for it but the stop: what a killed silo left may be much.
    void runtime.hosts.scratch.sweep();
    // For a start that fails: after a stop there is nothing left to drop.
    stages.add(() => Promise.resolve(runtime.abandon('the silo did not come up')));
    const peers = stores.isShared ? new Peers({ siloId, clock, log, network, membership, runtime, options, load }) : undefined;
    if (peers) stages.add(() => peers.close());
    await peers?.open();
    const gateways = new ClusterGateways(membership);
    let joined!: (cluster: { readonly genesis: string }) => void;
    // The port is open before the silo joins, which tells the others its address; clients wait until it has joined.
    const joining = new Promise<{ readonly genesis: string }>((resolve) => (joined = resolve));
    const gateway = await startGateway(options, runtime, { clock, log, gateways, joining });
    if (gateway) stages.add(() => gateway.stop());
    stages.add(() => membership.stop());
    stages.add(async () => peers?.takeLeave());
    const cluster = await membership.start();
    stores.joined(cluster);
    await gateways.recall();
    joined(cluster);
    await runtime.messages.start(stores.isShared);
    await runtime.wakeAlwaysOn();
    stages.add(async () => hot.stop());
    await hot.start(runtime);
    log.info({ cluster: options.cluster, types: classes.length, gateway: gateway?.address }, 'the silo runs');
    return new Silo(siloId, log, stages, membership, runtime, gateway, hot);
  }

  /** `http://host:port` of the gateway; `undefined` without one. */
  get gatewayAddress(): string | undefined {
    return this.gateway?.address;
  }

  /** A handle to an actor; no I/O, always valid. */
  actor<T extends object>(actor: EntityClass<T>, key: string): Handle<T>;
  actor<T extends object = object>(type: string, key: string): Handle<T>;
  actor(actor: unknown, key: string): unknown {
    return this.runtime.actor(actor, key);
  }

  /** A handle of a service; no I/O, always valid. */
  service<T extends object>(service: EntityClass<T>): Handle<T>;
  service<T extends object = object>(name: string): Handle<T>;
  service(service: unknown): unknown {
    return this.runtime.service(service);
  }

  /** @internal The other silos, as this one sees them now. */
  get peers(): readonly Member[] {
    return this.membership.peers;
  }

  /** @internal Looks for changed modules now; resolves when they run, or were refused. */
  reload(): ReturnType<HotModules['look']> {
    return this.hot.look();
  }

  /** The silos of the cluster. */
  members(): Promise<readonly Member[]> {
    return this.membership.members();
  }

  /** The actors that are active on this silo now. */
  activations(): readonly ActorId[] {
    return this.runtime.catalog.all().map(({ id }) => id);
  }

  /** Counters since the start, and threads and services, as of now. */
  statistics(): SiloStatistics {
    return { ...this.runtime.statistics, threads: this.runtime.hosts.threads(), services: this.runtime.services.statistics() };
  }

  /** Hears of the silo's own fate; returns what ends that. `fenced` comes with the reason, `member-…` with the member; `scale-needed` does not happen in this version. */
  on(event: SiloEvent, listener: (detail: unknown) => void): () => void {
    if (!EVENTS.includes(event)) throw new ConfigurationError(`silo.on: unknown event '${String(event)}'; known: ${EVENTS.join(', ')}`);
    let listeners = this.listeners.get(event);
    if (!listeners) this.listeners.set(event, (listeners = new Set()));
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** As `ctx.findActors`. */
  findActors<T extends object = object>(query: ActorQuery): AsyncIterable<Handle<T>> {
    return this.runtime.findActors(query) as AsyncIterable<Handle<T>>;
  }

  /** Re-opens the receipts of an event by its id, up to 24 hours after its emission, also when its emitter is gone. No I/O before somebody looks. */
  broadcast(id: string): Broadcast {
    return openBroadcast(id, (stage) => this.runtime.messages.receipts.result(id, stage));
  }

  /** Changes what this silo takes at most. Not in this version: refused with `ConfigurationError`. */
  setCapacity(): never {
    throw notImplemented('silo.setCapacity');
  }

  /** Messages of the cluster that were given up after their last attempt. */
  get deadLetters(): DeadLetters {
    return this.runtime.messages.letters;
  }

  /** Lets clients go, ends every activation in good order, leaves the cluster. `force` drops everything unsaved instead. Idempotent. */
  stop(options: { readonly force?: boolean } = {}): Promise<void> {
    const unknown = Object.keys(options).find((name) => name !== 'force');
    if (unknown !== undefined) return Promise.reject(new ConfigurationError(`silo.stop: unknown option '${unknown}'; known: force`));
    return (this.stopped ??= keptAlive(this.shutDown(options.force ?? false)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async shutDown(force: boolean): Promise<void> {
    this.tell('stopping', undefined);
    await this.gateway?.stop();
    if (force) this.runtime.abandon('the silo was stopped by force');
    else await this.runtime.stop();
    await this.stages.down();
    this.log.info('the silo stopped');
  }

  /** The cluster goes on without this silo: nothing may be answered or written any more. */
  private async fence(reason: string): Promise<void> {
    this.log.error({ reason }, 'this silo was declared dead; it stops at once');
    this.runtime.abandon(reason);
    this.tell('fenced', reason);
    await this.stop({ force: true });
  }

  private tell(event: SiloEvent, detail: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) {
      try {
        listener(detail);
      } catch (error) {
        this.log.error({ err: error, event }, 'a listener of the silo threw');
      }
    }
  }
}

/**
 * Starts a silo: stores, membership, actors, gateway. Resolves when it takes calls. Throws `ConfigurationError` for options that are
 * unknown, malformed or not implemented, modules that do not load, a Redis that does not answer, and a taken port.
 */
export function startSilo(options: SiloOptions): Promise<Silo> {
  return Silo.start(options);
}
