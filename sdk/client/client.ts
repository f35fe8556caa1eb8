// Client. Owns: one connection to a cluster as its user sees it: state, identity, handles. Calls and subscriptions have files of their own.
//   C1. `closed` is final; every call and subscription has ended then.
import { checkKey, isWireName, printEntityId, type EntityId } from '../../protocol/actor-id.js';
import { createCodec, fromWireError, type Codec, type WireError } from '../../protocol/codec/index.js';
import { encodeMessage, ClientMessage, GatewayMessage, splitFrame, type WireMessage } from '../../protocol/client-wire.js';
import { parseDuration } from '../../protocol/duration.js';
import { CancelledError, ConfigurationError, InvalidArgumentError, LinkLostError } from '../../protocol/errors/index.js';
import { FrameWriter } from '../../protocol/frame-writer.js';
import type { Identity } from '../../protocol/identity.js';
import type { ClientLink, CloseReason } from '../../protocol/ports/client-link.js';
import type { Clock } from '../../protocol/ports/clock.js';
import { serializableName } from '../../protocol/serializable-registry.js';
import type { AnyHandle, CallOptions, EventOrigin } from '../author/index.js';
import { createHandleFactory, handleReferences, type HandleFactory } from '../handle.js';
import { ClientEvents } from './client-events.js';
import type { ClientHandle, ClientState, ListenOptions, PresentClient } from './client-types.js';
import { LiveListeners, type EventListener } from './live-listeners.js';
import { OutgoingCalls } from './outgoing-calls.js';

interface Welcome {
  readonly clientId: string;
  readonly identity: Identity;
  readonly silo: string;
  readonly session?: string | undefined;
  readonly resumeToken?: string | undefined;
  readonly readOnly: readonly string[];
}

export interface ClientCollaborators {
  readonly link: ClientLink;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly onResumeToken: (token: string) => void;
}

const MAX_REMEMBERED_SILOS = 1000;

export class Client {
  private welcome: Welcome | undefined;
  private currentState: ClientState = 'connecting';
  private readonly writer: FrameWriter;
  private readonly calls: OutgoingCalls;
  private readonly listeners: LiveListeners;
  private readonly events = new ClientEvents();
  private readonly handles: HandleFactory;
  private readonly codec: Codec;
  private readonly silos = new Map<string, string>();
  private lastSubscription = 0;
  private onWelcome: ((error?: Error) => void) | undefined;

  /** @internal Users call `connect`. */
  constructor(private readonly collaborators: ClientCollaborators) {
    const { link, clock } = collaborators;
    this.writer = new FrameWriter((frame) => link.send(frame));
    const write = (message: Uint8Array): void => this.writer.write(message);
    this.calls = new OutgoingCalls(clock, write, ({ type, component }, method) => {
      const prefix = component === undefined ? type : `${type}#${component}`;
      return this.welcome?.readOnly.includes(`${prefix}.${method}`) ?? false;
    });
    this.listeners = new LiveListeners(() => SUBSCRIPTION_IDS + ++this.lastSubscription, write, (error) => this.events.tell('error', error));
    this.handles = createHandleFactory({
      call: (target, method, args, options, mode) => this.call(target, method, args, options, mode),
      componentName: componentName,
      on: (target, event, listener, options) => this.listen(target, event, listener as unknown as EventListener, options as ListenOptions | undefined),
    });
    this.codec = createCodec({ references: handleReferences(this.handles) });
  }

  /** Who the gateway says this client is. */
  get identity(): Identity {
    if (!this.welcome) throw new ConfigurationError('the client is not connected yet');
    return this.welcome.identity;
  }

  /** This connection's id, as the session actor's `ctx.clients` shows it. */
  get id(): string {
    return this.welcome?.clientId ?? '';
  }

  get state(): ClientState {
    return this.currentState;
  }

  /** The session actor: the one that this client's identity belongs to. Throws `ConfigurationError` when the gateway has none. */
  self<T extends object>(): ClientHandle<T> {
    const session = this.welcome?.session;
    if (session === undefined) throw new ConfigurationError('this gateway has no session actors (gateway.session)');
    return this.actor<T>(session, this.identity.id);
  }

  /** No I/O, always valid. */
  actor<T extends object>(type: string, key: string): ClientHandle<T> {
    if (!isWireName(type)) throw new InvalidArgumentError(`${JSON.stringify(type)} cannot be an actor type's name`, { path: 'type' });
    checkKey(key);
    return this.handles.handle({ type, key }) as ClientHandle<T>;
  }

  /** The silo that last answered a call through an equal handle. */
  lastSilo(handle: AnyHandle): string | undefined {
    return this.silos.get(printEntityId(handle.id));
  }

  /** Hears of the connection (`state`, `error`), of other clients of the session actor (`presence`), or of events sent to this client, by wire name. */
  on(name: 'state', listener: (state: ClientState) => void): () => void;
  on(name: 'presence', listener: (clients: readonly PresentClient[]) => void): () => void;
  on(name: 'error', listener: (error: Error) => void): () => void;
  on<E = unknown>(name: string, listener: (event: E) => void): () => void;
  on(name: string, listener: (detail: never) => void): () => void {
    return this.events.on(name, listener as (detail: unknown) => void);
  }

  /** Says goodbye; calls in flight reject with `CancelledError`. Idempotent. */
  close(): Promise<void> {
    this.writer.flush();
    this.collaborators.link.close();
    this.end(new CancelledError('the client was closed'));
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Resolves with the first welcome; rejects when the gateway refuses. Attempts that failed are told to `onAttempt`. */
  start(onAttempt: (error: Error | undefined) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onWelcome = (error) => (error ? reject(error) : resolve());
      this.collaborators.link.open({
        onOpen: () => undefined,
        onFrame: (frame) => this.onFrame(frame),
        onClose: (reason, error) => {
          onAttempt(error);
          this.onClose(reason, error);
        },
      });
    });
  }

  /** @internal */
  end(error: Error): void {
    if (this.currentState === 'closed') return;
    this.setState('closed');
    this.calls.close(error);
    this.listeners.close(error);
    this.onWelcome?.(error);
  }

  private call(target: EntityId, method: string, args: unknown[], options: CallOptions, mode: 'call' | 'oneWay'): Promise<unknown> {
    const payload = this.codec.encode(args, 'args');
    if (mode === 'oneWay') {
      if (this.currentState === 'connected') this.writer.write(encodeMessage([ClientMessage.oneWay, target.type, target.key, target.component ?? null, method], payload));
      return Promise.resolve();
    }
    const timeoutMs = options.timeout === undefined ? this.collaborators.timeoutMs : parseDuration(options.timeout, 'timeout');
    return this.calls.start({ target, method, payload, timeoutMs, signal: options.signal, idempotencyKey: options.idempotencyKey });
  }

  private listen(target: EntityId, event: unknown, listener: EventListener, options: ListenOptions | undefined): Promise<() => Promise<void>> {
    const eventName = typeof event === 'function' ? serializableName(event as never) : event;
    if (typeof eventName !== 'string') return Promise.reject(new ConfigurationError('on: expected an event class with @ActorEvent(name), or its wire name'));
    return this.listeners.add(target, eventName, listener, options?.onGap);
  }

  private onFrame(frame: Uint8Array): void {
    try {
      for (const message of splitFrame(frame)) this.onMessage(message);
    } catch (error) {
      this.events.tell('error', error);
    }
  }

  private onMessage({ header, payload }: WireMessage): void {
    const [kind, id, second, third] = header as [number, number, number, number];
    if (kind === GatewayMessage.result) this.onResult(id, payload);
    else if (kind === GatewayMessage.failure) this.onFailure(id, payload);
    else if (kind === GatewayMessage.event) this.listeners.event(id, second, third, () => this.codec.decode(payload), header[5] as EventOrigin);
    else if (kind === GatewayMessage.subscribed) this.listeners.subscribed(id, second, third);
    else if (kind === GatewayMessage.welcome) this.onWelcomed(this.codec.decode(payload) as Welcome);
    else if (kind === GatewayMessage.clientEvent) this.events.tellOrKeep(String(header[1]), this.codec.decode(payload));
    else if (kind === GatewayMessage.presence) this.events.tellOrKeep('presence', this.codec.decode(payload));
  }

  private onWelcomed(welcome: Welcome): void {
    this.welcome = welcome;
    if (welcome.resumeToken !== undefined) this.collaborators.onResumeToken(welcome.resumeToken);
    this.setState('connected');
    this.onWelcome?.();
    this.onWelcome = undefined;
    this.calls.connected();
    this.listeners.connected();
  }

  private onResult(id: number, payload: Uint8Array): void {
    const call = this.calls.finish(id);
    if (!call) return;
    if (this.silos.size >= MAX_REMEMBERED_SILOS) this.silos.clear();
    this.silos.set(printEntityId(call.target), this.welcome!.silo);
    call.resolve(this.codec.decode(payload));
  }

  private onFailure(id: number, payload: Uint8Array): void {
    const error = fromWireError(this.codec.decode(payload) as WireError);
    if (!this.listeners.failed(id, error)) this.calls.finish(id)?.reject(error);
  }

  private onClose(reason: CloseReason, error: Error | undefined): void {
    if (reason !== 'lost') return this.end(error ?? new LinkLostError('the gateway ended the connection'));
    this.calls.lost();
    this.listeners.lost();
    if (this.currentState === 'connected') this.setState('reconnecting');
  }

  private setState(state: ClientState): void {
    if (this.currentState === state) return;
    this.currentState = state;
    this.events.tell('state', state);
  }
}

/** Where the ids of subscriptions begin; calls count from 1. */
const SUBSCRIPTION_IDS = 2 ** 40;

function componentName(classOrName: unknown): string {
  const name = typeof classOrName === 'function' ? (classOrName as { name: string }).name : classOrName;
  if (isWireName(name)) return name;
  throw new ConfigurationError(`getComponent: expected a component class or its name, got ${String(classOrName)}`);
}
