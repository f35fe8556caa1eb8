// Silos in one process on one store and one membership table, with real links over the network in memory and a gateway each. Time is a test's.
import { actorMetadata } from '../../decorators/index.js';
import type { EntityClass, Handle } from '../../sdk/index.js';
import { Client } from '../../sdk/client/client.js';
import type { Gateway } from '../../silo/gateway/gateway.js';
import { createGateway } from '../../silo/gateway/open-gateway.js';
import { LinkPool } from '../../silo/links/link-pool.js';
import { resolveGatewayOptions } from '../../silo/options/gateway-options.js';
import { SiloRuntime } from '../../silo/silo-runtime.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryMembership } from '../../state/memory-membership.js';
import { MemoryMembershipTable } from '../../state/memory-membership-table.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { MemoryClientListener } from '../../transport/memory-client-link.js';
import { MemoryNetwork } from '../../transport/memory-network.js';
import { RecordingLogger } from '../support/memory-silo.js';
import { SiloClock } from './memory-cluster.js';

export class LinkedClusterSilo {
  readonly log = new RecordingLogger();
  readonly clock: SiloClock;
  readonly membership: MemoryMembership;
  readonly runtime: SiloRuntime;
  readonly listener = new MemoryClientListener();
  readonly gateway: Gateway;
  readonly links: LinkPool;
  /** Control messages that came in. */
  readonly heard: string[] = [];

  constructor(readonly name: string, private readonly cluster: LinkedCluster, classes: readonly object[], gateway: object) {
    const { table, store, wire } = cluster;
    const clock = (this.clock = new SiloClock(cluster.clock));
    const types = Object.fromEntries(classes.map((Class) => [actorMetadata(Class)!.name, '']));
    this.membership = new MemoryMembership({ siloId: name, address: `memory:${name}`, clock, table, types });
    const { membership, log } = this;
    const runtime = (this.runtime = new SiloRuntime({ siloId: name, clock, log, store, membership, classes }));
    const calls = runtime.peerCalls();
    this.links = new LinkPool({
      network: wire.silo({ siloId: name, incarnation: membership.incarnation }), clock, log, codec: runtime.codec, self: { siloId: name, incarnation: membership.incarnation },
      handler: {
        invoke: (envelope, from) => calls.invoke(envelope, from),
        control: (topic, body, from) => {
          this.heard.push(topic);
          return runtime.peerControl(topic, body, from);
        },
      },
    });
    const options = resolveGatewayOptions({ authenticate: ({ token }: { token?: string }) => ({ id: token }), ...gateway }, 'gateway');
    this.gateway = createGateway(options, this.listener, { backend: runtime.backend, codec: runtime.codec, clock, log, resumeSecret: 'secret' });
  }

  async start(): Promise<void> {
    const { name, cluster, membership, runtime, links } = this;
    await links.start();
    runtime.joinPeers({
      links, defaultPolicy: 'random', labels: {}, onRefused: () => undefined,
      chooser: { choose: (_policy, _request, candidates) => cluster.choose?.(candidates.map(({ id }) => id)) ?? candidates[0]!.id },
      self: () => ({ id: name, labels: {}, cpu: 0, memory: 0, activations: 0, versions: {}, isLocal: true }),
    });
    membership.onChange(({ dead }) => {
      for (const member of dead) links.drop(member.incarnation, `silo '${member.siloId}' is dead`);
    });
    membership.onFenced((reason) => runtime.abandon(reason));
    await membership.start();
    await this.gateway.start();
  }

  actor<T extends object>(Class: EntityClass<T>, key: string): Handle<T> {
    return this.runtime.actor(Class, key) as Handle<T>;
  }

  /** A client of this silo's gateway; the token is the identity's id. */
  knock(id: string): { readonly client: Client; readonly started: Promise<void> } {
    const link = this.listener.link(() => ({ token: id, address: 'memory:', headers: {} }), this.cluster.clock);
    const client = new Client({ link, clock: this.cluster.clock, timeoutMs: 30_000, onResumeToken: () => undefined });
    return { client, started: client.start(() => undefined) };
  }

  /** A welcomed one. */
  async join(id: string): Promise<Client> {
    const { client, started } = this.knock(id);
    await this.cluster.until(started);
    return client;
  }

  activations(): readonly string[] {
    return this.runtime.catalog.all().map(({ name }) => name);
  }
}

export class LinkedCluster {
  readonly clock = new VirtualClock();
  readonly wire = new MemoryNetwork({ clock: this.clock });
  readonly table = new MemoryMembershipTable(this.clock);
  readonly store = new MemoryStateStore();
  readonly silos: LinkedClusterSilo[] = [];
  /** Where actors that are nowhere go; the silo that asks, when absent. */
  choose: ((candidates: readonly string[]) => string) | undefined;

  /** `gateway`: as in `startSilo`. */
  static async of(count: number, classes: readonly object[], gateway: object = {}): Promise<LinkedCluster> {
    const cluster = new LinkedCluster();
    for (let i = 0; i < count; i++) cluster.silos.push(new LinkedClusterSilo(`s${i}`, cluster, classes, gateway));
    for (const silo of cluster.silos) await silo.start();
    await Promise.all(cluster.silos.map(({ membership }) => membership.refresh()));
    return cluster;
  }

  /** The process ends: nothing leaves it any more, and it does not beat. */
  kill(silo: LinkedClusterSilo): void {
    silo.clock.isStopped = true;
    this.wire.kill(silo.name);
    silo.runtime.abandon('killed');
    silo.listener.cut();
  }

  /** Lets time pass until the promise settles. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    promise.then(() => (isSettled = true), () => (isSettled = true));
    while (!isSettled) await this.clock.advance(10);
    return promise;
  }

  /** Lets time pass until it is so; fails after a virtual minute. */
  async phase(what: string, isReached: () => boolean): Promise<void> {
    const sinceMs = this.clock.monotonicMs();
    while (!isReached()) {
      if (this.clock.monotonicMs() - sinceMs > 60_000) throw new Error(`not within a minute: ${what}`);
      await this.clock.advance(10);
    }
  }

  async stop(): Promise<void> {
    const living = this.silos.filter(({ clock }) => !clock.isStopped);
    await this.until(Promise.all(living.map(({ gateway }) => gateway.stop())));
    for (const { runtime, membership, links } of living) {
      await this.until(runtime.stop());
      await membership.stop();
      await this.until(links.close());
    }
  }
}
