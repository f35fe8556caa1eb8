// TestCluster: one silo in memory for tests of users' actors: the same runtime as in production, with time that a test moves.
import { randomUUID } from 'node:crypto';
import { ConfigurationError, UnknownComponentError, UnknownMethodError } from '../../protocol/errors/index.js';
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import type { Envelope, Invoker } from '../../protocol/envelope.js';
import type { Identity } from '../../protocol/identity.js';
import type { Logger } from '../../protocol/ports/index.js';
import { MemoryMembership } from '../../state/memory-membership.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import type { EntityClass, Handle } from '../../sdk/author/index.js';
import { Client } from '../../sdk/client/client.js';
import { MemoryClientListener } from '../../transport/memory-client-link.js';
import type { Gateway } from '../gateway/gateway.js';
import { createGateway } from '../gateway/open-gateway.js';
import { createLogger } from '../log.js';
import { loadModules } from '../options/modules.js';
import { LOG_LEVELS, type LogLevel } from '../options/names.js';
import { resolveGatewayOptions } from '../options/gateway-options.js';
import { resolvePlacementOptions } from '../options/placement-options.js';
import type { GatewayOptions, ModuleSource, PlacementOptions } from '../silo-options.js';
import { SiloRuntime } from '../silo-runtime.js';
import { VirtualClock } from './virtual-clock.js';

export interface TestClusterOptions {
  /** As in `startSilo`. */
  readonly modules: readonly ModuleSource[];
  /** `session`, `authorize` and `limits` as in `startSilo`. Identities are given to `client`. */
  readonly gateway?: Pick<GatewayOptions, 'session' | 'authorize' | 'limits'>;
  /** As in `startSilo`: classes that name a policy of yours need it here as well. */
  readonly placement?: PlacementOptions | undefined;
  /** Default `warn`. */
  readonly log?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent' | Logger;
}

/** Stand-ins for an actor's methods. */
export type Stub<T> = { readonly [M in keyof T]?: T[M] extends (...args: infer A) => unknown ? (...args: A) => unknown : never };

const KNOWN = ['modules', 'gateway', 'placement', 'log'];
const GATEWAY_KNOWN = ['session', 'authorize', 'limits'];
const LATER: Readonly<Record<string, string>> = { silos: 'one silo', seed: 'one silo', redis: 'memory' };
const CALL_TIMEOUT_MS = 30_000;

/** Starts a silo in memory with a virtual clock. Throws `ConfigurationError` for bad options and modules. */
export async function startTestCluster(options: TestClusterOptions): Promise<TestCluster> {
  checkOptions(options);
  const { policies } = resolvePlacementOptions(options.placement ?? {}, 'placement');
  const clock = new VirtualClock();
  const { actors } = await loadModules(options.modules);
  const log = typeof options.log === 'object' ? options.log : createLogger(options.log ?? 'warn', { silo: 'test' });
  const membership = new MemoryMembership({ siloId: 'test', address: 'memory:', clock });
  await membership.start();
  const stubs = new Stubs();
  const intercept = (next: Invoker): Invoker => stubs.before(next);
  const runtime = new SiloRuntime({ siloId: 'test', clock, log, store: new MemoryStateStore(clock), membership, classes: actors, policies, intercept });
  const listener = new MemoryClientListener();
  const identities = new Map<string, Identity>();
  const gateway = createGateway(
    resolveGatewayOptions({ ...options.gateway, authenticate: ({ token }: { token?: string }) => identities.get(token ?? '') }, 'gateway'),
    listener,
    { backend: runtime.backend, codec: runtime.codec, clock, log, resumeSecret: randomUUID() },
  );
  await gateway.start();
  return new TestCluster(clock, { runtime, gateway, listener, identities, stubs, stopMembership: () => membership.stop() });
}

interface Parts {
  readonly runtime: SiloRuntime;
  readonly gateway: Gateway;
  readonly listener: MemoryClientListener;
  readonly identities: Map<string, Identity>;
  readonly stubs: Stubs;
  readonly stopMembership: () => Promise<void>;
}

export class TestCluster {
  readonly #parts: Parts;
  readonly #clients: Client[] = [];
  #stopped: Promise<void> | undefined;

  /** @internal */
  constructor(readonly clock: VirtualClock, parts: Parts) {
    this.#parts = parts;
  }

  actor<T extends object>(actor: EntityClass<T>, key: string): Handle<T>;
  actor<T extends object = object>(type: string, key: string): Handle<T>;
  actor(actor: unknown, key: string): unknown {
    return this.#parts.runtime.actor(actor, key);
  }

  /** A connected client with this identity; it passes the gateway as a real one does. */
  async client(identity: Identity): Promise<Client> {
    const token = randomUUID();
    this.#parts.identities.set(token, Object.freeze({ ...identity }));
    const link = this.#parts.listener.link(() => ({ token, address: 'memory:', headers: {} }), this.clock);
    const client = new Client({ link, clock: this.clock, timeoutMs: CALL_TIMEOUT_MS, onResumeToken: () => undefined });
    await client.start(() => undefined);
    this.#clients.push(client);
    return client;
  }

  /** Calls of this actor from other actors, clients and `actor()` go to `methods` instead; it is not activated, and it has no components. Ends with the cluster, or with what it returns. */
  stub<T extends object>(actor: EntityClass<T> | string, key: string, methods: Stub<T>): () => void {
    const { runtime, stubs } = this.#parts;
    return stubs.add(printEntityId({ type: runtime.types.nameOf(actor), key }), methods, runtime);
  }

  /** The actors that are active now, as `type/key`. */
  activations(): readonly string[] {
    return this.#parts.runtime.catalog.all().map(({ name }) => name);
  }

  /** Closes the clients and ends every activation in good order. Idempotent. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Time passes while it stops: a turn that never ends is left behind after the drain limit, as in production. */
  async #stop(): Promise<void> {
    let isDown = false;
    const down = this.#shutDown().finally(() => (isDown = true));
    while (!isDown) await this.clock.advance('1s');
    await down;
  }

  async #shutDown(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.#parts.gateway.stop();
    await this.#parts.runtime.stop();
    await this.#parts.stopMembership();
  }
}

class Stubs {
  private readonly stubs = new Map<string, { readonly methods: Readonly<Record<string, unknown>>; readonly runtime: SiloRuntime }>();

  add(name: string, methods: Readonly<Record<string, unknown>>, runtime: SiloRuntime): () => void {
    const stub = { methods, runtime };
    this.stubs.set(name, stub);
    return () => {
      if (this.stubs.get(name) === stub) this.stubs.delete(name);
    };
  }

  before(next: Invoker): Invoker {
    return { invoke: (envelope) => (this.stubs.has(actorName(envelope.target)) ? this.answer(envelope) : next.invoke(envelope)) };
  }

  private async answer({ target, method, args }: Envelope): Promise<unknown> {
    const { methods, runtime } = this.stubs.get(actorName(target))!;
    if (target.component !== undefined) throw new UnknownComponentError(`the stub of ${actorName(target)} has no components`, { component: target.component });
    const stub = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (typeof stub !== 'function') throw new UnknownMethodError(`the stub of ${printEntityId(target)} has no method '${method}'`, { method });
    return runtime.codec.copy(await (stub as (...args: readonly unknown[]) => unknown)(...args), 'result');
  }
}

function actorName({ type, key }: EntityId): string {
  return printEntityId({ type, key });
}

function checkOptions(options: TestClusterOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (name === 'gateway') checkGateway(value as object);
    if (name === 'log' && typeof value === 'string' && !LOG_LEVELS.includes(value as LogLevel)) {
      throw new ConfigurationError(`startTestCluster: log is one of ${LOG_LEVELS.join(', ')}, or a logger; got '${value}'`);
    }
    if (KNOWN.includes(name) || (name === 'silos' && value === 1)) continue;
    const now = LATER[name];
    if (now !== undefined) throw new ConfigurationError(`startTestCluster: '${name}' is not implemented in this version: it starts ${now}`);
    throw new ConfigurationError(`startTestCluster: unknown option '${name}'; known: ${[...KNOWN, ...Object.keys(LATER)].join(', ')}`);
  }
}

function checkGateway(gateway: object): void {
  const unknown = Object.keys(gateway).find((name) => !GATEWAY_KNOWN.includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`startTestCluster: gateway.${unknown} is not for tests; known: ${GATEWAY_KNOWN.join(', ')}`);
}
