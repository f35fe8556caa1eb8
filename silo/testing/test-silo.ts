// TestSilo. Owns: one silo of a test cluster, put together as `startSilo` does: runtime, membership, links, gateway; on ports in memory.
import { randomUUID } from 'node:crypto';
import type { Identity } from '../../protocol/identity.js';
import type { Invoker } from '../../protocol/envelope.js';
import type { Clock, Logger, Member, StateStore } from '../../protocol/ports/index.js';
import type { ActorQuery, Broadcast, DeadLetters, EntityClass, Handle } from '../../sdk/author/index.js';
import { LeasedMembership } from '../../state/leased-membership.js';
import { MemoryMembership } from '../../state/memory-membership.js';
import { MemoryDeliveryQueues, MemoryQueues } from '../../events/memory-delivery-queues.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import type { MemoryClientListener } from '../../transport/memory-client-link.js';
import type { Gateway } from '../gateway/gateway.js';
import { createGateway } from '../gateway/open-gateway.js';
import { resolveGatewayOptions } from '../options/gateway-options.js';
import type { ResolvedPlacementOptions } from '../options/placement-options.js';
import { Peers } from '../peers.js';
import type { GatewayOptions } from '../silo-options.js';
import { openBroadcast } from '../../sdk/broadcast.js';
import type { HandleCaller } from '../../sdk/handle.js';
import { SiloRuntime } from '../silo-runtime.js';
import { Stages } from '../stages.js';
import { DistantMembershipTable } from './distant-membership-table.js';
import { DistantStateStore } from './distant-state-store.js';
import { answerQuestion, messageVerbs, type MessageVerbs } from './message-verbs.js';
import { processLog } from './process-log.js';
import { RootCalls } from './root-calls.js';
import { SiloClock } from './silo-clock.js';
import type { TestWorld } from './test-world.js';
import type { Stubs } from './stubs.js';

/** What all silos of a cluster are made of. */
export interface SiloBlueprint {
  readonly clock: Clock;
  readonly log: Logger;
  readonly classes: readonly object[];
  readonly components: readonly object[];
  readonly placement: ResolvedPlacementOptions;
  readonly gateway: Pick<GatewayOptions, 'session' | 'authorize' | 'limits'> | undefined;
  readonly identities: ReadonlyMap<string, Identity>;
  readonly stubs: Stubs;
  /** Absent: the silo is alone. */
  readonly world: TestWorld | undefined;
}

/** Few: their room is taken at the start. */
const MAX_LOCATIONS = 1000;
/** Nothing takes computing time that counts. */
const NO_LOAD = { current: () => ({ cpu: 0, memory: 0 }) };

export class TestSilo {
  /** Time as this silo has it: its timers do not ring while it is frozen, and never once it is dead. */
  readonly clock: SiloClock;
  /** @internal */
  readonly runtime: SiloRuntime;
  readonly #roots: RootCalls;
  readonly #messages: MessageVerbs;
  readonly #membership: LeasedMembership;
  readonly #stages = new Stages();
  readonly #gateway: Gateway;
  readonly #queues: MemoryDeliveryQueues;
  #peers: Peers | undefined;
  #stopped: Promise<void> | undefined;
  #isDown = false;

  /** @internal `listener`: where its clients come in, also those of an earlier silo of this name. */
  constructor(readonly name: string, private readonly blueprint: SiloBlueprint, private readonly listener: MemoryClientListener) {
    const { classes, components, placement, stubs, world } = blueprint;
    const clock = (this.clock = new SiloClock(blueprint.clock));
    const log = processLog(blueprint.log.child({ silo: name }), () => !clock.isStopped);
    this.#roots = new RootCalls(name, clock);
    const random = world?.random.fork().next;
    const { membership, store } = this.#openStores();
    this.#membership = membership;
    const intercept = (next: Invoker): Invoker => stubs.before(this.#noted(world ? this.#roots.before(next) : next), () => this.runtime.codec);
    const queues = (this.#queues = new MemoryDeliveryQueues(world?.queues ?? new MemoryQueues(), { clock, queueClock: blueprint.clock, log }));
    this.runtime = new SiloRuntime({ siloId: name, clock, log, store, queues, records: world?.records, membership, classes, components, policies: placement.policies, intercept, random, maxLocations: MAX_LOCATIONS });
    const { letters, receipts } = this.runtime.messages;
    const own: MessageVerbs = { deadLetters: letters, broadcast: (id) => openBroadcast(id, (stage) => receipts.result(id, stage)) };
    this.#messages = messageVerbs((question) => this.#roots.ask(question.verb, () => answerQuestion(own, question)));
    if (world) this.#link(world, log, random!);
    this.#stages.add(() => this.runtime.hosts.scratch.stop());
    this.#stages.add(() => membership.stop());
    this.#stages.add(async () => this.#peers?.takeLeave());
    membership.onFenced((reason) => void this.#fence(reason, log));
    this.#gateway = createGateway(
      resolveGatewayOptions({ ...blueprint.gateway, authenticate: ({ token }: { token?: string }) => blueprint.identities.get(token ?? '') }, 'gateway'),
      listener,
      { backend: this.runtime.backend, codec: this.runtime.codec, clock, log, resumeSecret: randomUUID() },
    );
  }

  /** Its process is there: it was neither killed nor stopped, nor has it stopped itself because the others declared it dead. */
  get isUp(): boolean {
    return !this.clock.isStopped && this.#stopped === undefined;
  }

  /** It was killed, or is through with its stop. */
  get hasEnded(): boolean {
    return this.clock.isStopped || this.#isDown;
  }

  get isFrozen(): boolean {
    return this.clock.isFrozen;
  }

  /** What it is called in the membership table: new at every start. */
  get incarnation(): string {
    return this.#membership.incarnation;
  }

  /** A handle whose calls are made through this silo. They end with it: `LinkLostError`. */
  actor<T extends object>(actor: EntityClass<T>, key: string): Handle<T>;
  actor<T extends object = object>(type: string, key: string): Handle<T>;
  actor(actor: unknown, key: string): unknown {
    return this.runtime.actor(actor, key);
  }

  /** As `silo.deadLetters`, through this silo: asked of one that is dead they reject. */
  get deadLetters(): DeadLetters {
    return this.#messages.deadLetters;
  }

  /** As `silo.broadcast`, through this silo; time must pass. */
  broadcast(id: string): Broadcast {
    return this.#messages.broadcast(id);
  }

  /** @internal What sends messages from outside of all turns. */
  get messenger(): Required<Pick<HandleCaller, 'tell' | 'send' | 'bind'>> {
    return this.runtime.caller;
  }

  /** A handle of a service, whose calls are made through this silo. */
  service<T extends object>(service: EntityClass<T>): Handle<T>;
  service<T extends object = object>(name: string): Handle<T>;
  service(service: unknown): unknown {
    return this.runtime.service(service);
  }

  /** As `ctx.findActors`, through this silo. */
  findActors<T extends object = object>(query: ActorQuery): AsyncIterable<Handle<T>> {
    return this.runtime.findActors(query) as AsyncIterable<Handle<T>>;
  }

  /** The actors that are active on it now, as `type/key`. */
  activations(): readonly string[] {
    return this.runtime.catalog.all().map(({ name }) => name);
  }

  /** The silos of the cluster, as this one can see them; time must pass. */
  members(): Promise<readonly Member[]> {
    return this.#membership.members();
  }

  /** @internal */
  async start(): Promise<void> {
    if (this.blueprint.world) await this.#peers!.open();
    await this.#membership.start();
    await this.runtime.messages.start(this.blueprint.world !== undefined);
    await this.#gateway.start();
  }

  /** @internal Looks who else is there. */
  meet(): Promise<void> {
    return this.#membership.refresh();
  }

  /** @internal Resolves when its temporary files are gone, as they are once a real one's successor has started. */
  kill(): Promise<void> {
    this.clock.stop();
    this.#roots.end();
    void this.listener.stop();
    this.#queues.die();
    this.runtime.abandon('its process was killed');
    void this.#membership.stop();
    return this.runtime.hosts.scratch.stop();
  }

  /** Ends it in good order, as SIGTERM does: its actors are saved and free for the others. Time must pass. Idempotent. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#shutDown(false));
  }

  #openStores(): { readonly membership: LeasedMembership; readonly store: StateStore } {
    const { name, clock, blueprint: { world } } = this;
    const self = { siloId: name, address: `memory:${name}`, clock, types: () => this.runtime.hostedTypes() };
    if (!world) return { membership: new MemoryMembership(self), store: new MemoryStateStore(clock) };
    const note = (event: string): void => world.trace.note(name, event);
    const beats = world.line(name, clock, false);
    const table = new DistantMembershipTable(world.table, world.line(name, clock, true), beats, note);
    const load = () => ({ ...NO_LOAD.current(), activations: this.runtime.statistics.activations });
    const membership = new LeasedMembership(table, { ...self, load, newId: () => world.random.digits(24) });
    return { membership, store: new DistantStateStore(world.store, world.line(name, clock, true), note) };
  }

  #link(world: TestWorld, log: Logger, random: () => number): void {
    const { name, clock, runtime, blueprint: { placement } } = this;
    const membership = this.#membership;
    const network = world.network.silo({ siloId: name, incarnation: membership.incarnation });
    this.#peers = new Peers({ siloId: name, clock, log, network, membership, runtime, options: { labels: {}, placement }, load: NO_LOAD, random });
    this.#stages.add(() => this.#peers!.close());
  }

  /** The cluster goes on without it. */
  async #fence(reason: string, log: Logger): Promise<void> {
    log.error({ reason }, 'this silo was declared dead; it stops at once');
    this.blueprint.world?.trace.note(this.name, 'stops itself: it was declared dead');
    this.runtime.abandon(reason);
    await (this.#stopped ??= this.#shutDown(true));
  }

  async #shutDown(isForced: boolean): Promise<void> {
    await this.#gateway.stop();
    if (!isForced) await this.runtime.stop();
    await this.#stages.down();
    this.#isDown = true;
  }

  #noted(next: Invoker): Invoker {
    const { world } = this.blueprint;
    if (!world) return next;
    return {
      invoke: (envelope) => {
        const call = `${envelope.target.type}/${envelope.target.key}.${envelope.method}`;
        const note = (event: string): void => world.trace.note(this.name, event);
        note(`call ${call}`);
        const answer = next.invoke(envelope);
        answer.then(() => note(`done ${call}`), (error: unknown) => note(`failed ${call} ${codeOf(error)}`));
        return answer;
      },
    };
  }
}

function codeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return String(code ?? name);
}

