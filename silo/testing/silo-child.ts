// SiloChild: the process of one silo of a test cluster on a real Redis, as `ProcessSilo` forks it. Owns: the silo, and the channel to the test.
//   C1. It ends with the test's process: nobody else knows of it.
import { inspect } from 'node:util';
import { createCodec, toWireError, type Codec } from '../../protocol/codec/index.js';
import { isService, type ActorId, type EntityId } from '../../protocol/actor-id.js';
import { readComponentAddress } from '../../protocol/component-address.js';
import type { ActorQuery, AnyHandle } from '../../sdk/author/index.js';
import { createHandleFactory, handleReferences } from '../../sdk/handle.js';
import { Silo } from '../silo.js';
import type { SiloOptions } from '../silo-options.js';
import { readToken } from './client-token.js';
import { DetouredNetwork } from './detoured-network.js';
import { answerQuestion } from './message-verbs.js';
import type { FromSilo, ProcessSettings, RemoteCall, RunningProcess, ToSilo } from './process-messages.js';

/** Beyond that the test's process does not answer, and the silo goes straight. */
const WAY_MS = 2000;
const FENCED_EXIT_CODE = 3;

type Verbs = Readonly<Record<string, ((...args: readonly unknown[]) => unknown) & Record<string, (...args: readonly unknown[]) => unknown>>>;

type Findable = { findComponent(name: string, tag: string): AnyHandle };

class SiloChild {
  private silo!: Silo;
  private started: Promise<void> | undefined;
  private readonly codec: Codec;
  private readonly ways = new Map<number, (address: string) => void>();
  private readonly calls = new Map<number, AbortController>();
  private lastId = 0;

  constructor() {
    // Handles of any factory are known by it; those that come are the silo's own.
    const known = createHandleFactory({ call: () => Promise.reject(new TypeError('no handle of this factory is given away')), componentName: String });
    this.codec = createCodec({ references: handleReferences({ isHandle: (value) => known.isHandle(value), handle: (target) => this.handle(target) }) });
  }

  hear(message: ToSilo): void {
    if (message.kind === 'start') this.started = this.start(message.settings);
    else if (message.kind === 'call') void this.answer(message.id, () => this.call(message.id, message.call));
    else if (message.kind === 'cancel') this.calls.get(message.id)?.abort();
    else if (message.kind === 'activations') void this.answer(message.id, () => this.silo.activations().map(({ type, key }) => `${type}/${key}`));
    else if (message.kind === 'messages') void this.answer(message.id, () => answerQuestion(this.silo, message.question));
    else if (message.kind === 'find') void this.answer(message.id, () => this.find(message.query));
    else if (message.kind === 'meet') void this.answer(message.id, () => this.meet(message.siloIds));
    else if (message.kind === 'way') this.ways.get(message.id)?.(message.address);
    else void this.stop();
  }

  private async start(settings: ProcessSettings): Promise<void> {
    try {
      this.silo = await Silo.start(optionsOf(settings), (network) => new DetouredNetwork(network, (address) => this.wayTo(address)));
      this.silo.on('fenced', () => void this.silo.stop({ force: true }).finally(() => process.exit(FENCED_EXIT_CODE)));
      this.say({ kind: 'running', silo: await this.describe() });
    } catch (error) {
      this.say({ kind: 'refused', error: this.errorBytes(error) });
    }
  }

  private async describe(): Promise<RunningProcess> {
    const { id: siloId, gatewayAddress } = this.silo;
    const { incarnation, address } = (await this.silo.members()).find((member) => member.siloId === siloId)!;
    return { siloId, incarnation, address, gateway: gatewayAddress! };
  }

  private async answer(id: number, act: () => unknown): Promise<void> {
    try {
      this.say({ kind: 'value', id, value: this.codec.encode(await act(), 'result') });
    } catch (error) {
      this.say({ kind: 'error', id, error: this.errorBytes(error) });
    }
  }

  private async call(id: number, { target, path, args, options }: RemoteCall): Promise<unknown> {
    const abort = new AbortController();
    this.calls.set(id, abort);
    try {
      const [first, second] = path as [string, string?];
      const signal = first === 'tell' ? undefined : abort.signal; // A message has none.
      const verbs = (this.handle(target) as unknown as { with(given: object): Verbs }).with({ ...options, ...(signal && { signal }) });
      const values = this.codec.decode(args) as readonly unknown[];
      return await (second === undefined ? verbs[first]!(...values) : verbs[first]![second]!(...values));
    } finally {
      this.calls.delete(id);
    }
  }

  private handle({ type, key, component }: EntityId): AnyHandle {
    if (isService({ type, key })) return this.silo.service(type);
    const actor = this.silo.actor(type, key);
    if (component === undefined) return actor;
    const { name, tag } = readComponentAddress(component);
    return tag === undefined ? actor.getComponent(name) : (actor as unknown as Findable).findComponent(name, tag);
  }

  private async find(query: ActorQuery): Promise<readonly ActorId[]> {
    const found: ActorId[] = [];
    for await (const { id } of this.silo.findActors(query) as AsyncIterable<AnyHandle>) found.push(id);
    return found;
  }

  private async meet(siloIds: readonly string[]): Promise<void> {
    const knowsAll = (): boolean => siloIds.every((siloId) => siloId === this.silo.id || this.silo.peers.some((peer) => peer.siloId === siloId));
    if (knowsAll()) return;
    await new Promise<void>((resolve) => {
      const forget = this.silo.on('member-joined', () => {
        if (!knowsAll()) return;
        forget();
        resolve();
      });
    });
  }

  private wayTo(address: string): Promise<string> {
    const id = ++this.lastId;
    return new Promise((resolve) => {
      const settle = (way: string): void => {
        clearTimeout(timer);
        this.ways.delete(id);
        resolve(way);
      };
      const timer = setTimeout(() => settle(address), WAY_MS);
      this.ways.set(id, settle);
      this.say({ kind: 'dial', id, address });
    });
  }

  private async stop(): Promise<void> {
    await this.started;
    await this.silo.stop().catch((error: unknown) => process.stderr.write(`the silo did not stop cleanly: ${inspect(error)}\n`));
    process.exit(0);
  }

  private errorBytes(error: unknown): Uint8Array {
    return this.codec.encode(toWireError(error, this.codec, { audience: 'cluster' }), 'error');
  }

  private say(message: FromSilo): void {
    if (process.connected) process.send!(message, undefined, undefined, () => undefined);
  }
}

function optionsOf({ cluster, modules, redis, log, placement, session, limits, secret }: ProcessSettings): SiloOptions {
  return {
    cluster, modules, redis, log, listen: { port: 0 }, placement: { default: placement },
    gateway: { port: 0, session, limits, authenticate: ({ token }) => readToken(secret, token) },
  };
}

const child = new SiloChild();
process.on('message', (message) => child.hear(message as ToSilo));
// C1.
process.once('disconnect', () => process.exit(1));
// As the bin does it: one forgotten await in one actor is no reason to end all of them.
process.on('unhandledRejection', (reason) => process.stderr.write(`a promise was rejected and nobody awaited it: ${inspect(reason)}\n`));
