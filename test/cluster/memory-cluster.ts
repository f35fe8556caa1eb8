// Silos in one process on one store and one membership table, whose calls go from one to the other without a wire. Time is a test's.
import type { EntityClass, Handle } from '../../sdk/index.js';
import type { Envelope } from '../../protocol/envelope.js';
import { LinkLostError } from '../../protocol/errors/index.js';
import type { Clock, Member, TimerHandle } from '../../protocol/ports/index.js';
import type { CallWatch } from '../../silo/links/call-watch.js';
import { lineageOf } from '../../silo/links/lineage.js';
import { notSent } from '../../silo/links/not-sent.js';
import { waitingEntities, remoteTurns } from '../../silo/links/waiting-turns.js';
import { SiloRuntime } from '../../silo/silo-runtime.js';
import { promised } from '../../silo/turns/answer.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryMembership } from '../../state/memory-membership.js';
import { MemoryMembershipTable } from '../../state/memory-membership-table.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { RecordingLogger } from '../support/memory-silo.js';

/** The cluster's time, as one silo has it: it ends with the silo. */
export class SiloClock implements Clock {
  isStopped = false;

  constructor(private readonly shared: VirtualClock) {}

  now(): number {
    return this.shared.now();
  }

  monotonicMs(): number {
    return this.shared.monotonicMs();
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    return this.shared.setTimer(() => {
      if (!this.isStopped) callback();
    }, delayMs);
  }
}

export class MemoryClusterSilo {
  readonly log = new RecordingLogger();
  readonly runtime: SiloRuntime;
  readonly membership: MemoryMembership;
  readonly clock: SiloClock;

  constructor(readonly name: string, cluster: MemoryCluster, classes: readonly object[]) {
    const { table, store } = cluster;
    const clock = (this.clock = new SiloClock(cluster.clock));
    this.membership = new MemoryMembership({ siloId: name, address: `memory:${name}`, clock, table, types: () => this.runtime.hostedTypes() });
    this.runtime = new SiloRuntime({ siloId: name, clock, log: this.log, store, membership: this.membership, classes });
    this.runtime.joinPeers({
      links: { invoke: (to, envelope, watch) => watched(cluster.carry(this, to, envelope), to, envelope, watch), ask: (to, topic, body) => cluster.siloOf(to).runtime.peerControl(topic, body, { siloId: name, incarnation: this.membership.incarnation }) },
      chooser: { choose: (_policy, _request, candidates) => cluster.choose?.(candidates.map(({ id }) => id)) ?? candidates[0]!.id },
      defaultPolicy: 'random',
      onRefused: () => undefined,
      labels: {},
      self: () => ({ id: name, labels: {}, cpu: 0, memory: 0, activations: 0, versions: {}, isLocal: true }),
    });
    this.membership.onFenced((reason) => this.runtime.abandon(reason));
  }

  actor<T extends object>(Class: EntityClass<T>, key: string): Handle<T> {
    return this.runtime.actor(Class, key) as Handle<T>;
  }

  activations(): readonly string[] {
    return this.runtime.catalog.all().map(({ name }) => name);
  }
}

export class MemoryCluster {
  readonly clock = new VirtualClock();
  readonly table = new MemoryMembershipTable(this.clock);
  readonly silos: MemoryClusterSilo[] = [];
  /** Where actors that are nowhere go; the silo that asks, when absent. */
  choose: ((candidates: readonly string[]) => string) | undefined;
  /** Calls that went from silo to silo, as `from>to method`. */
  readonly carried: string[] = [];
  private readonly inFlight = new Map<MemoryClusterSilo, Set<(error: Error) => void>>();

  constructor(readonly store = new MemoryStateStore()) {}

  static async of(count: number, classes: readonly object[], store?: MemoryStateStore): Promise<MemoryCluster> {
    const cluster = new MemoryCluster(store);
    for (let i = 0; i < count; i++) await cluster.add(classes);
    await Promise.all(cluster.silos.map(({ membership }) => membership.refresh()));
    return cluster;
  }

  async add(classes: readonly object[]): Promise<MemoryClusterSilo> {
    const silo = new MemoryClusterSilo(`s${this.silos.length}`, this, classes);
    await silo.membership.start();
    this.silos.push(silo);
    return silo;
  }

  /** The process ends: calls to it break, it does not beat any more. */
  kill(silo: MemoryClusterSilo): void {
    silo.clock.isStopped = true;
    // Nothing that it still says is heard.
    this.cut(silo);
    silo.runtime.abandon('killed');
  }

  /** The link to it breaks, as those who called it see it; the calls run on. */
  cut(silo: MemoryClusterSilo): void {
    for (const fail of this.inFlight.get(silo) ?? []) fail(new LinkLostError(`the link to ${silo.name} broke; whether the call ran is unknown`));
  }

  async carry(from: MemoryClusterSilo, to: Member, envelope: Envelope): Promise<unknown> {
    const target = this.siloOf(to);
    if (target.clock.isStopped) throw notSent(`${to.siloId} refuses connections`);
    this.carried.push(`${from.name}>${target.name} ${envelope.method}`);
    const { codec } = target.runtime;
    const chain = envelope.chain && { id: envelope.chain.id, lineage: lineageOf(envelope.chain) };
    const carried = {
      kind: envelope.kind, target: envelope.target, method: envelope.method, args: codec.copy(envelope.args, 'args'), from: envelope.from, identity: envelope.identity,
      chain, caller: remoteTurns(waitingEntities(envelope.caller)), deadlineMs: envelope.deadlineMs, timeoutMs: envelope.timeoutMs, signal: envelope.signal,
      idempotencyKey: envelope.idempotencyKey, baggage: envelope.baggage, hops: envelope.hops + 1,
    };
    const broken = new Promise<never>((_, reject) => {
      let set = this.inFlight.get(target);
      if (!set) this.inFlight.set(target, (set = new Set()));
      set.add(reject);
    });
    broken.catch(() => undefined);
    const outcome = promised(target.runtime.peerCalls().invoke(carried, { siloId: from.name, incarnation: from.membership.incarnation }));
    outcome.catch(() => undefined);
    // As over a link: it is done when it is sent.
    if (envelope.kind === 'oneWay') return undefined;
    return codec.copy(await Promise.race([outcome, broken]), 'result');
  }

  /** Lets time pass until the promise settles. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    promise.then(() => (isSettled = true), () => (isSettled = true));
    while (!isSettled) await this.clock.advance(10);
    return promise;
  }

  async stop(): Promise<void> {
    for (const silo of this.silos) {
      if (silo.clock.isStopped) continue;
      await silo.runtime.stop();
      await silo.membership.stop();
    }
  }

  siloOf({ incarnation }: Member): MemoryClusterSilo {
    return this.silos.find(({ membership }) => membership.incarnation === incarnation)!;
  }
}

/** As the links do. */
function watched(outcome: Promise<unknown>, to: Member, envelope: Envelope, watch: CallWatch | undefined): Promise<unknown> {
  if (!watch) return outcome;
  return outcome.finally(() => watch.ended(envelope)).catch((error: unknown) => watch.failed(to, envelope, error));
}
