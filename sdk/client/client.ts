// Client. What the user of `troupe/client` holds. Owns: handles, and who hears of what. The connection is its conversation.
import { checkKey, isWireName, type EntityId } from '../../protocol/actor-id.js';
import { componentMetadata, eventMetadata } from '../../decorators/class-metadata.js';
import { createCodec, type Codec } from '../../protocol/codec/index.js';
import { parseDuration } from '../../protocol/duration.js';
import { CancelledError, ConfigurationError, InvalidArgumentError } from '../../protocol/errors/index.js';
import type { Identity } from '../../protocol/identity.js';
import type { AnyHandle, CallOptions } from '../author/index.js';
import { createHandleFactory, handleReferences, type HandleFactory } from '../handle.js';
import { ClientEvents } from './client-events.js';
import type { ClientHandle, ClientState, PresentClient } from './client-types.js';
import { Conversation, type ClientCollaborators, type Welcome } from './conversation.js';
import { LastSilos } from './last-silos.js';
import type { EventListener } from './live-listeners.js';

/** Longer names are no method's, and would not fit into a message. */
const MAX_METHOD_NAME = 1024;

/** A connection to a cluster. It reconnects by itself until it is closed, by its user or by the gateway. */
export class Client {
  private readonly events = new ClientEvents();
  private readonly handles: HandleFactory;
  private readonly codec: Codec;
  private readonly silos = new LastSilos();
  private readonly conversation: Conversation;

  /** @internal Users call `connect`. */
  constructor(private readonly collaborators: ClientCollaborators) {
    this.handles = createHandleFactory({
      call: (target, method, args, options, mode) => (mode === 'call' ? this.call(target, method, args, options) : this.callOneWay(target, method, args)),
      componentName,
      lacks: (verb) => new ConfigurationError(`handle.${verb} is for actors; a client's handle has its methods and id, on, with, oneWay, getComponent, equals`),
      on: (target, event, listener, options) => this.listen(target, event, listener as unknown as EventListener, options),
    });
    this.codec = createCodec({ references: handleReferences(this.handles) });
    this.conversation = new Conversation(collaborators, this.codec, this.events, this.silos);
  }

  /** Who the gateway says this client is. */
  get identity(): Identity {
    return this.welcome.identity;
  }

  /** This connection's id, as the session actor's `ctx.clients` shows it. Another one after each lost connection. */
  get id(): string {
    return this.welcome.clientId;
  }

  get state(): ClientState {
    return this.conversation.state;
  }

  /** The session actor: the one that this client's identity belongs to. Throws `ConfigurationError` when the gateway has none. */
  self<T extends object>(): ClientHandle<T> {
    const { session, identity } = this.welcome;
    if (session === undefined) throw new ConfigurationError('this gateway has no session actors (gateway.session)');
    return this.actor<T>(session, identity.id);
  }

  /** No I/O, always valid. Throws `InvalidArgumentError` for a bad type name or key. */
  actor<T extends object>(type: string, key: string): ClientHandle<T> {
    if (!isWireName(type)) throw new InvalidArgumentError(`${JSON.stringify(type)} cannot be an actor type's name`, { path: 'type' });
    checkKey(key);
    return this.handles.handle({ type, key }) as ClientHandle<T>;
  }

  /**
   * Id of the silo that the actor (of this handle, or of the component's) was on when it last answered a call of this client with a result, or
   * sent it a live event; `undefined` before that. It may have moved since. The last 1,000 actors are remembered.
   */
  lastSilo(handle: AnyHandle): string | undefined {
    return this.silos.of(handle.id);
  }

  /** Hears of the connection (`state`, `error`), of other clients of the session actor (`presence`), or of events sent to this client, by wire name. Returns what stops it. */
  on(name: 'state', listener: (state: ClientState) => void): () => void;
  on(name: 'presence', listener: (clients: readonly PresentClient[]) => void): () => void;
  on(name: 'error', listener: (error: Error) => void): () => void;
  on<E = unknown>(name: string, listener: (event: E) => void): () => void;
  on(name: string, listener: (detail: never) => void): () => void {
    if (typeof listener !== 'function') throw new ConfigurationError(`on('${name}'): expected a function`);
    return this.events.on(name, listener as (detail: unknown) => void);
  }

  /** Says goodbye; calls in flight reject with `CancelledError`. Idempotent. */
  close(): Promise<void> {
    this.conversation.close(new CancelledError('the client was closed'));
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Resolves with the first welcome; rejects when the gateway refuses. Attempts that failed are told to `onAttempt`. */
  start(onAttempt: (error: Error | undefined) => void): Promise<void> {
    return this.conversation.start(onAttempt);
  }

  /** @internal Closes with this error for whoever waits. */
  end(error: Error): void {
    this.conversation.close(error);
  }

  private get welcome(): Welcome {
    const { welcome } = this.conversation;
    if (!welcome) throw new ConfigurationError('the client is not connected yet');
    return welcome;
  }

  private async call(target: EntityId, method: string, args: unknown[], options: CallOptions): Promise<unknown> {
    const timeoutMs = options.timeout === undefined ? this.collaborators.timeoutMs : parseDuration(options.timeout, 'timeout');
    const { signal, idempotencyKey } = options;
    return this.conversation.call({ target, method: checkMethod(method), payload: this.codec.encode(args, 'args'), timeoutMs, signal, idempotencyKey });
  }

  private callOneWay(target: EntityId, method: string, args: unknown[]): Promise<void> {
    this.conversation.callOneWay(target, checkMethod(method), this.codec.encode(args, 'args'));
    return Promise.resolve();
  }

  private async listen(target: EntityId, event: unknown, listener: EventListener, options: unknown): Promise<() => Promise<void>> {
    const eventName = typeof event === 'function' ? eventMetadata(event)?.name : event;
    if (!isWireName(eventName)) throw new ConfigurationError('on: expected an event class with @ActorEvent(name), or its wire name');
    if (typeof listener !== 'function') throw new ConfigurationError(`on: expected a function that hears '${eventName}'`);
    const { onGap, ...others } = (options ?? {}) as { readonly onGap?: unknown };
    const unknown = Object.keys(others)[0];
    if (unknown !== undefined) throw new ConfigurationError(`on: unknown option '${unknown}'; known: onGap`);
    if (onGap !== undefined && typeof onGap !== 'function') throw new ConfigurationError('on: onGap is a function');
    return this.conversation.listen(target, eventName, listener, onGap as (() => void) | undefined);
  }

}

function checkMethod(method: string): string {
  if (method.length <= MAX_METHOD_NAME) return method;
  throw new InvalidArgumentError(`no method's name has ${method.length} characters`, { path: 'method' });
}

function componentName(classOrName: unknown): string {
  const name = typeof classOrName === 'function' ? componentMetadata(classOrName)?.name : classOrName;
  if (isWireName(name)) return name;
  throw new ConfigurationError('getComponent: expected a class with @Component, or its name');
}
