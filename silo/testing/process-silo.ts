// ProcessSilo. Owns: the process of one silo of a test cluster on a real Redis, from its fork to its end, and the calls that go through it.
//   P1. With the process the calls end that were made through it: `LinkLostError`.
//   P2. It never outlives this process: it ends when the channel does, and is killed at our exit, frozen or not.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { printEntityId, type ActorId, type EntityId } from '../../protocol/actor-id.js';
import { fromWireError, type Codec, type WireError } from '../../protocol/codec/index.js';
import { LinkLostError, SiloUnavailableError } from '../../protocol/errors/index.js';
import type { ActorQuery, Broadcast, DeadLetters, EntityClass, Handle } from '../../sdk/author/index.js';
import { signalChild } from '../signal-child.js';
import { messageVerbs, type MessageQuestion } from './message-verbs.js';
import { actorTarget, serviceTarget } from './process-handles.js';
import type { FromSilo, ProcessSettings, RemoteCall, RunningProcess, ToSilo } from './process-messages.js';

/** What a silo's process needs of its cluster. */
export interface ProcessSiloParts {
  readonly settings: ProcessSettings;
  readonly codec: Codec;
  /** A handle whose calls are made through this silo. */
  handle(silo: ProcessSilo, target: EntityId): unknown;
  /** By which address it reaches that one. */
  wayTo(silo: ProcessSilo, address: string): Promise<string>;
}

interface Ask {
  readonly what: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const CHILD = fileURLToPath(new URL('./silo-child.js', import.meta.url));
const START_MS = 60_000;
/** Its drain has a limit of its own; beyond that it hangs. */
const STOP_MS = 15_000;

export class ProcessSilo {
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  /** As `silo.deadLetters`, through this silo. */
  readonly deadLetters: DeadLetters;
  /** As `silo.broadcast`, through this silo. */
  readonly broadcast: (id: string) => Broadcast;
  readonly #parts: ProcessSiloParts;
  readonly #child: ChildProcess;
  readonly #asks = new Map<number, Ask>();
  #running: RunningProcess | undefined;
  #lastId = 0;
  #hasEnded = false;
  #isFrozen = false;
  #stopped: Promise<void> | undefined;

  private constructor(readonly name: string, parts: ProcessSiloParts) {
    this.#parts = parts;
    ({ deadLetters: this.deadLetters, broadcast: this.broadcast } = messageVerbs((question) => this.ask(question)));
    const child = (this.#child = fork(CHILD, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    const killWithUs = (): void => void signalChild(child, 'SIGKILL');
    process.once('exit', killWithUs);
    this.ended = new Promise((resolve) => {
      const onEnd = (): void => {
        process.off('exit', killWithUs);
        this.#end();
        resolve();
      };
      child.once('exit', onEnd).once('error', onEnd);
    });
    child.on('message', (message) => this.#hear(message as FromSilo));
  }

  /** @internal Resolves when it runs; rejects with what keeps it from that. */
  static async start(name: string, parts: ProcessSiloParts): Promise<ProcessSilo> {
    const silo = new ProcessSilo(name, parts);
    try {
      await silo.#start();
      return silo;
    } catch (error) {
      await silo.kill();
      throw error;
    }
  }

  /** Of its process. */
  get pid(): number {
    return this.#child.pid!;
  }

  /** As the cluster knows it: `silo.id`, `client.lastSilo`. Another one at every start. */
  get siloId(): string {
    return this.#running!.siloId;
  }

  /** What it is called in the membership table: new at every start. */
  get incarnation(): string {
    return this.#running!.incarnation;
  }

  /** `http://host:port` of its gateway. */
  get gatewayAddress(): string {
    return this.#running!.gateway;
  }

  /** Its process is there, and was not asked to stop. */
  get isUp(): boolean {
    return !this.#hasEnded && this.#stopped === undefined;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isFrozen(): boolean {
    return this.#isFrozen && !this.#hasEnded;
  }

  /** A handle whose calls are made through this silo. They end with its process: `LinkLostError`. */
  actor<T extends object>(actor: EntityClass<T>, key: string): Handle<T>;
  actor<T extends object = object>(type: string, key: string): Handle<T>;
  actor(actor: unknown, key: string): unknown {
    return this.#parts.handle(this, actorTarget(actor, key));
  }

  /** A handle of a service, whose calls are made through this silo. */
  service<T extends object>(service: EntityClass<T>): Handle<T>;
  service<T extends object = object>(name: string): Handle<T>;
  service(service: unknown): unknown {
    return this.#parts.handle(this, serviceTarget(service));
  }

  /** @internal */
  ask(question: MessageQuestion): Promise<unknown> {
    return this.#ask(question.verb, (id) => ({ kind: 'messages', id, question }));
  }

  /** @internal As `ctx.findActors`, through this silo; all at once. `type` is a wire name. */
  find(query: ActorQuery): Promise<readonly ActorId[]> {
    return this.#ask('findActors', (id) => ({ kind: 'find', id, query })) as Promise<readonly ActorId[]>;
  }

  /** The actors that are active on it now, as `type/key`. */
  activations(): Promise<readonly string[]> {
    return this.#ask('activations', (id) => ({ kind: 'activations', id })) as Promise<readonly string[]>;
  }

  /** Ends it in good order, as SIGTERM does: its actors are saved and free for the others. Killed when that takes longer than 15 s. Idempotent. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  /** @internal Where the other silos reach it, once it runs. */
  get address(): string | undefined {
    return this.#running?.address;
  }

  /** @internal Resolves when the process has ended. */
  kill(): Promise<void> {
    signalChild(this.#child, 'SIGKILL');
    return this.ended;
  }

  /** @internal */
  freeze(): void {
    this.#isFrozen = signalChild(this.#child, 'SIGSTOP');
  }

  /** @internal */
  thaw(): void {
    signalChild(this.#child, 'SIGCONT');
    this.#isFrozen = false;
  }

  /** @internal Resolves when it knows of all these. */
  async meet(siloIds: readonly string[]): Promise<void> {
    await this.#ask('meet the others', (id) => ({ kind: 'meet', id, siloIds }));
  }

  /** @internal */
  call(call: RemoteCall, signal: AbortSignal | undefined): Promise<unknown> {
    const what = `${printEntityId(call.target)}.${call.path.join('.')}`;
    if (this.#hasEnded) return Promise.reject(new SiloUnavailableError(`silo '${this.name}' is dead; the call of ${what} was not made`));
    let cancel: (() => void) | undefined;
    const answer = this.#ask(what, (id) => {
      cancel = () => this.#say({ kind: 'cancel', id });
      return { kind: 'call', id, call };
    });
    // Aborted before: it is said after the call.
    if (signal?.aborted) cancel!();
    signal?.addEventListener('abort', cancel!, { once: true });
    return signal ? answer.finally(() => signal.removeEventListener('abort', cancel!)) : answer;
  }

  async #start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new SiloUnavailableError(`silo '${this.name}' did not run within ${START_MS} ms`)), START_MS);
      const settle = (act: () => void) => (): void => {
        clearTimeout(timer);
        act();
      };
      this.#asks.set(0, { what: 'start', resolve: settle(resolve), reject: (error) => settle(() => reject(error))() });
      this.#say({ kind: 'start', settings: this.#parts.settings });
    });
  }

  async #stop(): Promise<void> {
    if (this.#hasEnded) return;
    const hurry = setTimeout(() => void this.kill(), STOP_MS);
    this.#say({ kind: 'stop' });
    await this.ended;
    clearTimeout(hurry);
  }

  #ask(what: string, message: (id: number) => ToSilo): Promise<unknown> {
    if (this.#hasEnded) return Promise.reject(new SiloUnavailableError(`silo '${this.name}' is dead: ${what}`));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#asks.set(id, { what, resolve, reject });
      this.#say(message(id));
    });
  }

  #hear(message: FromSilo): void {
    const { codec } = this.#parts;
    if (message.kind === 'dial') return void this.#answerDial(message.id, message.address);
    const id = 'id' in message ? message.id : 0;
    const ask = this.#asks.get(id);
    this.#asks.delete(id);
    if (message.kind === 'running') this.#running = message.silo;
    try {
      if ('error' in message) ask?.reject(fromWireError(codec.decode(message.error) as WireError));
      else ask?.resolve(message.kind === 'value' ? codec.decode(message.value) : undefined);
    } catch (error) {
      ask?.reject(error as Error);
    }
  }

  async #answerDial(id: number, address: string): Promise<void> {
    const way = await this.#parts.wayTo(this, address).catch(() => address);
    this.#say({ kind: 'way', id, address: way });
  }

  #say(message: ToSilo): void {
    // Its end is heard of by the exit.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** P1. */
  #end(): void {
    this.#hasEnded = true;
    for (const { what, reject } of this.#asks.values()) reject(new LinkLostError(`the process of silo '${this.name}' has ended; whether this ran is unknown: ${what}`));
    this.#asks.clear();
  }
}
