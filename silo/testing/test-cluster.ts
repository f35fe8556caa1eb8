// TestCluster: silos in memory for tests of users' actors: the same runtime as in production, with time, faults and chance in the test's hand.
import { randomUUID } from 'node:crypto';
import { ConfigurationError, SiloUnavailableError } from '../../protocol/errors/index.js';
import { checkKey, printEntityId, serviceId } from '../../protocol/actor-id.js';
import type { Identity } from '../../protocol/identity.js';
import type { ActorQuery, Broadcast, DeadLetters, EntityClass, Handle } from '../../sdk/author/index.js';
import { Client } from '../../sdk/client/client.js';
import type { HandleFactory } from '../../sdk/handle.js';
import { MemoryClientListener } from '../../transport/memory-client-link.js';
import { clusterHandles } from './cluster-handles.js';
import { answerQuestion, messageVerbs } from './message-verbs.js';
import type { Stub } from './stubs.js';
import { TestSilo, type SiloBlueprint } from './test-silo.js';
import { STORE, type TestWorld } from './test-world.js';
import type { VirtualClock } from './virtual-clock.js';

const CALL_TIMEOUT_MS = 30_000;

export class TestCluster {
  readonly #blueprint: SiloBlueprint;
  readonly #identities: Map<string, Identity>;
  readonly #handles: HandleFactory;
  readonly #messages = messageVerbs(async (question) => answerQuestion(this.#running(), question));
  readonly #clients: Client[] = [];
  readonly #silos = new Map<string, TestSilo>();
  readonly #listeners = new Map<string, MemoryClientListener>();
  #stopped: Promise<void> | undefined;
  /** What killed silos leave is removed before the cluster has stopped. */
  readonly #cleared: Promise<void>[] = [];

  /** @internal */
  constructor(readonly clock: VirtualClock, blueprint: SiloBlueprint, identities: Map<string, Identity>) {
    this.#blueprint = blueprint;
    this.#identities = identities;
    this.#handles = clusterHandles(() => this.#running(), () => this.#any());
  }

  /** The silos, the newest of each name: also those that are dead. */
  get silos(): readonly TestSilo[] {
    return [...this.#silos.values()];
  }

  /** The silo of this name. Throws `ConfigurationError` when there is none. */
  silo(name: string): TestSilo {
    const silo = this.#silos.get(name);
    if (!silo) throw new ConfigurationError(`there is no silo '${name}' in this test cluster: it has ${[...this.#silos.keys()].join(', ')}`);
    return silo;
  }

  /** A handle whose calls are made through the first silo that runs when they are made. */
  actor<T extends object>(actor: EntityClass<T>, key: string): Handle<T>;
  actor<T extends object = object>(type: string, key: string): Handle<T>;
  actor(actor: unknown, key: string): unknown {
    if (!this.#blueprint.world) return this.#any().runtime.actor(actor, key);
    checkKey(key);
    return this.#handles.handle({ type: this.#any().runtime.types.nameOf(actor), key });
  }

  /** A handle of a service, whose calls are made through the first silo that runs when they are made. */
  service<T extends object>(service: EntityClass<T>): Handle<T>;
  service<T extends object = object>(name: string): Handle<T>;
  service(service: unknown): unknown {
    return this.#handles.handle(serviceId(this.#any().runtime.serviceTypes.nameOf(service)));
  }

  /** As `ctx.findActors`, through the first silo that runs. */
  findActors<T extends object = object>(query: ActorQuery): AsyncIterable<Handle<T>> {
    return this.#running().findActors(query);
  }

  /** As `silo.deadLetters`: those of the cluster, asked through the first silo that runs. */
  get deadLetters(): DeadLetters {
    return this.#messages.deadLetters;
  }

  /** As `silo.broadcast`: the receipts of an event by its id, asked through the first silo that runs. Time must pass. */
  broadcast(id: string): Broadcast {
    return this.#messages.broadcast(id);
  }

  /** A connected client with this identity; it passes the gateway of a silo (default: the first that runs) as a real one does. It comes back to a silo of that name. */
  async client(identity: Identity, through: string = this.#running().name): Promise<Client> {
    const token = randomUUID();
    this.#identities.set(token, Object.freeze({ ...identity }));
    const link = this.#listenerOf(this.silo(through).name).link(() => ({ token, address: 'memory:', headers: {} }), this.clock);
    const client = new Client({ link, clock: this.clock, timeoutMs: CALL_TIMEOUT_MS, onResumeToken: () => undefined });
    await client.start(() => undefined);
    this.#clients.push(client);
    return client;
  }

  /** Calls of this actor from other actors, clients and `actor()` go to `methods` instead; it is not activated, and it has no components. Ends with the cluster, or with what it returns. */
  stub<T extends object>(actor: EntityClass<T> | string, key: string, methods: Stub<T>): () => void {
    return this.#blueprint.stubs.add(printEntityId({ type: this.#any().runtime.types.nameOf(actor), key }), methods);
  }

  /** The actors that are active now on silos that are up, as `type/key`. */
  activations(): readonly string[] {
    return this.silos.filter(({ isUp }) => isUp).flatMap((silo) => silo.activations());
  }

  /** What happened so far, event by event, as lines of `instant silo event`; the same in every run of one seed. */
  get trace(): readonly string[] {
    return this.#world('trace').trace.lines;
  }

  /** The silo's process ends at once: calls that were made through it fail, nothing of it is saved. The others see it as they would in production: time must pass. */
  kill(name: string): void {
    const world = this.#world('kill');
    world.trace.note(name, 'killed');
    world.network.kill(this.silo(name).name);
    this.#cleared.push(this.silo(name).kill());
  }

  /** The silo's process stands still, as by SIGSTOP: its timers do not ring, answers wait for it. It knows nothing of it until `thaw`. Promises of a test's own go on. */
  freeze(name: string): void {
    const world = this.#world('freeze');
    world.trace.note(name, 'frozen');
    this.silo(name).clock.freeze();
    world.network.freeze(name);
  }

  /** It runs again: first it gets what had arrived, then its timers ring late, as time goes on. */
  thaw(name: string): void {
    const world = this.#world('thaw');
    world.trace.note(name, 'thawed');
    this.silo(name).clock.thaw();
    world.network.thaw(name);
  }

  /** Nothing passes between two silos, or between a silo and `'store'`. What they send waits. Links close after a second of it; at the store it arrives late, when it heals. */
  cut(a: string, b: string): void {
    this.#between('cut', a, b).cut(a, b);
  }

  /** Ends the cuts between two, of one (its store's too), or all. */
  heal(a?: string, b?: string): void {
    const world = this.#world('heal');
    world.trace.note(a ?? '', `healed ${b ?? ''}`);
    world.heal(a, b);
  }

  /** What is sent between two silos, or a silo and `'store'`, from now on takes so long each way. 0 ends it. */
  delay(a: string, b: string, ms: number): void {
    if (typeof ms !== 'number' || !(ms >= 0)) throw new ConfigurationError(`delay: ${String(ms)} is no number of milliseconds`);
    this.#between('delay', a, b).delay(a, b, ms);
  }

  /** The connections of two silos, or of a silo and `'store'`, break, and can be opened again. Of what was under way some is lost; to the store some arrives up to 4 s later, or twice. */
  drop(a: string, b: string): void {
    this.#between('drop', a, b).drop(a, b);
  }

  /** Starts one more silo, which the others meet at their next look. */
  async add(name = `s${this.#silos.size + 1}`): Promise<TestSilo> {
    this.#world('add');
    if (name === STORE || this.#silos.get(name)?.hasEnded === false) throw new ConfigurationError(`add: there is a silo '${name}' already, or it is no name for one`);
    return this.clock.until(this.#start(name));
  }

  /** Starts a silo of the same name anew: another incarnation at the same address. One that has not ended is killed first. */
  async restart(name: string): Promise<TestSilo> {
    if (!this.silo(name).hasEnded) this.kill(name);
    return this.add(name);
  }

  /** Closes the clients and ends every activation in good order; what was cut or frozen goes on for that. Idempotent. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** @internal */
  async begin(silos: number): Promise<void> {
    if (!this.#blueprint.world) return void (await this.#start('test'));
    for (let n = 1; n <= silos; n++) await this.#start(`s${n}`);
    await Promise.all(this.silos.map((silo) => silo.meet()));
  }

  async #start(name: string): Promise<TestSilo> {
    const silo = new TestSilo(name, this.#blueprint, this.#listenerOf(name));
    await silo.start();
    this.#silos.set(name, silo);
    return silo;
  }

  #listenerOf(name: string): MemoryClientListener {
    let listener = this.#listeners.get(name);
    if (!listener) this.#listeners.set(name, (listener = new MemoryClientListener()));
    return listener;
  }

  #any(): TestSilo {
    return this.silos[0]!;
  }

  #running(): TestSilo {
    const silo = this.silos.find(({ isUp, isFrozen }) => isUp && !isFrozen);
    if (!silo) throw new SiloUnavailableError('no silo of this test cluster runs');
    return silo;
  }

  #between(verb: string, a: string, b: string): TestWorld {
    const world = this.#world(verb);
    for (const name of [a, b]) if (name !== STORE) this.silo(name);
    world.trace.note(a, `${verb} ${b}`);
    return world;
  }

  #world(verb: string): TestWorld {
    const { world } = this.#blueprint;
    if (!world) throw new ConfigurationError(`${verb} is for test clusters of several silos: start it with silos: 2 or more, or with a seed`);
    return world;
  }

  /** Time passes while it stops: a turn that never ends is left behind after the drain limit, as in production. */
  #stop(): Promise<void> {
    return this.clock.until(this.#shutDown(), '1s');
  }

  async #shutDown(): Promise<void> {
    const up = this.silos.filter(({ isUp }) => isUp);
    if (this.#blueprint.world) {
      this.heal();
      for (const { name, isFrozen } of up) if (isFrozen) this.thaw(name);
    }
    await Promise.all(this.#clients.map((client) => client.close()));
    for (const silo of up) await silo.stop();
    await Promise.all(this.#cleared);
  }
}
