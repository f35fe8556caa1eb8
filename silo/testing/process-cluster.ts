// ProcessCluster: the verbs of a test cluster over real silos: a process each, real links, a real Redis. Owns: the processes, the wires between
// them, the clients, and the cluster's keys until `stop`.
import { randomBytes } from 'node:crypto';
import { createCodec, type Codec } from '../../protocol/codec/index.js';
import { ConfigurationError, InvalidArgumentError, SiloUnavailableError } from '../../protocol/errors/index.js';
import type { Identity } from '../../protocol/identity.js';
import type { ActorQuery, Broadcast, DeadLetters, EntityClass, Handle } from '../../sdk/author/index.js';
import type { Client } from '../../sdk/client/client.js';
import { connect } from '../../sdk/client/connect.js';
import { checkActorQuery } from '../../sdk/context/found-actors.js';
import { handleReferences } from '../../sdk/handle.js';
import { eraseCluster } from '../../state/erase-cluster.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { loadModules } from '../options/modules.js';
import { writeToken } from './client-token.js';
import { addressOf, crossingOptions, inMemoryOnly, type ProcessClusterOptions } from './process-cluster-options.js';
import { meeting } from './meeting.js';
import { messageVerbs } from './message-verbs.js';
import { actorTarget, foundIn, processHandles, serviceTarget, typeName } from './process-handles.js';
import type { ProcessSettings } from './process-messages.js';
import { ProcessSilo, type ProcessSiloParts } from './process-silo.js';
import { STORE } from './test-world.js';
import { WallClock } from './wall-clock.js';
import { Wires } from './wires.js';

const REDIS_PORT = 6379;
/** What the gateway takes of a handshake. */
const LONGEST_TOKEN = 8192;

export class ProcessCluster {
  /** Real time: `advance` waits, at most a minute at once. */
  readonly clock = new WallClock();
  readonly #wires = new Wires(this.clock);
  readonly #silos = new Map<string, ProcessSilo>();
  readonly #starting = new Set<Promise<ProcessSilo>>();
  readonly #clients: Client[] = [];
  readonly #codec: Codec;
  readonly #handles = processHandles(() => this.#running());
  readonly #messages = messageVerbs(async (question) => this.#running().ask(question));
  #stopped: Promise<void> | undefined;

  private constructor(private readonly settings: ProcessSettings, private readonly redis: URL) {
    this.#codec = createCodec({ references: handleReferences(this.#handles) });
  }

  /** @internal */
  static async start(options: ProcessClusterOptions): Promise<ProcessCluster> {
    const { modules, redis, log, placement } = crossingOptions(options);
    // What is wrong with them, or with Redis, is said once; and values of their classes come back as such.
    await loadModules(options.modules);
    (await RedisConnection.open(redis.href)).close();
    const { gateway, silos = 1 } = options;
    const settings = {
      cluster: `test-${randomBytes(8).toString('hex')}`, secret: randomBytes(16).toString('hex'), modules, redis: redis.href, log, placement,
      session: gateway?.session, limits: gateway?.limits,
    };
    const cluster = new ProcessCluster(settings, redis);
    try {
      const outcomes = await Promise.allSettled(Array.from({ length: silos }, (_, n) => cluster.#start(`s${n + 1}`)));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      await cluster.#meet();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** The silos, the newest of each name: also those that are dead. */
  get silos(): readonly ProcessSilo[] {
    return [...this.#silos.values()].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  }

  /** The silo of this name. Throws `ConfigurationError` when there is none. */
  silo(name: string): ProcessSilo {
    const silo = this.#silos.get(name);
    if (!silo) throw new ConfigurationError(`there is no silo '${name}' in this test cluster: it has ${this.silos.map((each) => each.name).join(', ')}`);
    return silo;
  }

  /** A handle whose calls are made through the first silo that runs when they are made. */
  actor<T extends object>(actor: EntityClass<T>, key: string): Handle<T>;
  actor<T extends object = object>(type: string, key: string): Handle<T>;
  actor(actor: unknown, key: string): unknown {
    return this.#handles.handle(actorTarget(actor, key));
  }

  /** A handle of a service, whose calls are made through the first silo that runs when they are made. */
  service<T extends object>(service: EntityClass<T>): Handle<T>;
  service<T extends object = object>(name: string): Handle<T>;
  service(service: unknown): unknown {
    return this.#handles.handle(serviceTarget(service));
  }

  /** As `ctx.findActors`, through the first silo that runs. */
  findActors<T extends object = object>(query: ActorQuery): AsyncIterable<Handle<T>> {
    return foundIn(() => this.#running(), checkActorQuery(query, typeName), (type, key) => this.actor<T>(type, key));
  }

  /** As `silo.deadLetters`: those of the cluster, asked through the first silo that runs. */
  get deadLetters(): DeadLetters {
    return this.#messages.deadLetters;
  }

  /** As `silo.broadcast`: the receipts of an event by its id, asked through the first silo that runs. */
  broadcast(id: string): Broadcast {
    return this.#messages.broadcast(id);
  }

  /** A connected client with this identity, at the gateway of a silo (default: the first that runs). When that is lost it goes on at another one, as in production. */
  async client(identity: Identity, through: string = this.#running().name): Promise<Client> {
    const token = writeToken(this.settings.secret, identity);
    if (token.length > LONGEST_TOKEN) throw new InvalidArgumentError(`client: the identity is too long for a token: ${token.length} of ${LONGEST_TOKEN} characters`, { path: 'identity' });
    const client = await connect(this.silo(through).gatewayAddress, { token });
    this.#clients.push(client);
    return client;
  }

  /** The actors that are active now on silos that are up, as `type/key`. */
  async activations(): Promise<readonly string[]> {
    return (await Promise.all(this.silos.filter(({ isUp, isFrozen }) => isUp && !isFrozen).map((silo) => silo.activations()))).flat();
  }

  /** SIGKILL; resolves when the process has ended. The others see it as they would in production. */
  async kill(name: string): Promise<void> {
    await this.silo(name).kill();
  }

  /** SIGSTOP. */
  freeze(name: string): void {
    this.silo(name).freeze();
  }

  /** SIGCONT. */
  thaw(name: string): void {
    this.silo(name).thaw();
  }

  /** Nothing passes between two silos, or between a silo and `'store'`. What they send waits, and arrives late when it heals. */
  async cut(a: string, b: string): Promise<void> {
    this.#check(a, b);
    await this.#wires.cut(a, b);
  }

  /** Ends the cuts between two, of one (its store's too), or all. */
  async heal(a?: string, b?: string): Promise<void> {
    await this.#wires.heal(a, b);
  }

  /** What is sent between two silos, or a silo and `'store'`, from now on takes so long each way. 0 ends it. */
  async delay(a: string, b: string, ms: number): Promise<void> {
    this.#check(a, b);
    await this.#wires.delay(a, b, ms);
  }

  /** The connections of two silos, or of a silo and `'store'`, break, and can be opened again. What was under way is lost. */
  async drop(a: string, b: string): Promise<void> {
    this.#check(a, b);
    await this.#wires.drop(a, b);
  }

  /** Starts one more silo; resolves when all that run know each other. */
  async add(name = `s${this.#silos.size + 1}`): Promise<ProcessSilo> {
    if (name === STORE || this.#silos.get(name)?.hasEnded === false) throw new ConfigurationError(`add: there is a silo '${name}' already, or it is no name for one`);
    const silo = await this.#start(name);
    await this.#meet();
    return silo;
  }

  /** Starts a silo of the same name anew: another process and incarnation. One that has not ended is killed first. */
  async restart(name: string): Promise<ProcessSilo> {
    if (!this.silo(name).hasEnded) await this.kill(name);
    return this.add(name);
  }

  /** Not on a real Redis: refused with `ConfigurationError`. */
  stub(): never {
    throw inMemoryOnly('stub', 'a stand-in lives in the test\'s process, and these actors in others');
  }

  /** Not on a real Redis: refused with `ConfigurationError`. */
  get trace(): readonly string[] {
    throw inMemoryOnly('trace', 'what real processes do has no one order');
  }

  /** Heals, thaws, closes the clients, ends every silo in good order (killed after 15 s), and removes the cluster's keys from Redis. Idempotent. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    await this.heal();
    for (const silo of this.#silos.values()) if (silo.isFrozen) silo.thaw();
    await Promise.all(this.#clients.map((client) => client.close()));
    await Promise.all(this.silos.map((silo) => silo.stop()));
    await this.#wires.close();
    await eraseCluster(this.settings.redis, this.settings.cluster);
  }

  async #start(name: string): Promise<ProcessSilo> {
    const port = await this.#wires.port(name, STORE, addressOf(this.redis, REDIS_PORT));
    const redis = new URL(this.redis);
    Object.assign(redis, { hostname: '127.0.0.1', port: String(port) });
    const starting = ProcessSilo.start(name, this.#parts({ ...this.settings, redis: redis.href }));
    this.#starting.add(starting);
    const silo = await starting.finally(() => this.#starting.delete(starting));
    this.#silos.set(name, silo);
    void silo.ended.then(() => (this.#silos.get(name) === silo ? this.#wires.ended(name) : undefined));
    return silo;
  }

  #parts(settings: ProcessSettings): ProcessSiloParts {
    return {
      settings, codec: this.#codec,
      handle: (silo, target) => processHandles(() => silo).handle(target),
      wayTo: (silo, address) => this.#wayTo(silo.name, address),
    };
  }

  async #wayTo(from: string, address: string): Promise<string> {
    const find = (): ProcessSilo | undefined => this.silos.find((silo) => silo.address === address);
    // One that has just joined may be dialled before its process has said so here.
    if (!find()) await Promise.allSettled(this.#starting);
    const to = find();
    if (!to || to.hasEnded) return address;
    return `ws://127.0.0.1:${await this.#wires.port(from, to.name, addressOf(new URL(address), 80))}`;
  }

  #meet(): Promise<void> {
    return meeting(this.silos.filter(({ isUp, isFrozen }) => isUp && !isFrozen));
  }

  #running(): ProcessSilo {
    const silo = this.silos.find(({ isUp, isFrozen }) => isUp && !isFrozen);
    if (!silo) throw new SiloUnavailableError('no silo of this test cluster runs');
    return silo;
  }

  #check(...names: readonly string[]): void {
    for (const name of names) if (name !== STORE) this.silo(name);
  }
}
