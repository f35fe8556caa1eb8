// Conversation. Owns: what one client says to the gateway that it is connected to, and what it hears. One after the other over one link.
//   C1. `closed` is final; every call and subscription has ended then.
//   C2. A message that cannot be read is reported and stops nobody else; if it was the answer of a call, the call fails with the reason.
import type { EntityId } from '../../protocol/actor-id.js';
import { fromWireError, type Codec, type WireError } from '../../protocol/codec/index.js';
import { ClientMessage, encodeMessage, GatewayMessage, splitFrame, type WireMessage } from '../../protocol/client-wire.js';
import { LinkLostError } from '../../protocol/errors/index.js';
import { FrameWriter } from '../../protocol/frame-writer.js';
import type { Identity } from '../../protocol/identity.js';
import type { ClientLink, CloseReason } from '../../protocol/ports/client-link.js';
import type { Clock } from '../../protocol/ports/clock.js';
import type { EventOrigin } from '../author/index.js';
import type { ClientEvents } from './client-events.js';
import type { ClientState } from './client-types.js';
import type { LastSilos } from './last-silos.js';
import { LiveListeners, type EventListener } from './live-listeners.js';
import { OutgoingCalls, type OutgoingRequest } from './outgoing-calls.js';

/** What a gateway says first. */
export interface Welcome {
  readonly clientId: string;
  readonly identity: Identity;
  readonly silo: string;
  /** The type of the session actor. */
  readonly session?: string | undefined;
  /** Proves at the next connection that it is the same anonymous client. */
  readonly resumeToken?: string | undefined;
  /** `type.method` and `type#component.method`: what may be sent again after a lost connection. */
  readonly readOnly: readonly string[];
  /** Longest arguments of a call. */
  readonly maxBytes: number;
  /** The addresses of the cluster's gateways, if this one tells. */
  readonly gateways?: readonly string[] | undefined;
}

/** What a client is made of. */
export interface ClientCollaborators {
  readonly link: ClientLink;
  readonly clock: Clock;
  /** Of calls without a timeout of their own. */
  readonly timeoutMs: number;
  readonly onResumeToken: (token: string) => void;
  /** Hears of the cluster's gateways, whenever they change. */
  readonly onGateways?: (addresses: readonly string[]) => void;
}

/** Where the ids of subscriptions begin; calls count from 1. A failure names either. */
const SUBSCRIPTION_IDS = 2 ** 40;

/** A client's connection to its cluster, across lost connections. */
export class Conversation {
  welcome: Welcome | undefined;
  state: ClientState = 'connecting';
  private readonly writer: FrameWriter;
  private readonly calls: OutgoingCalls;
  private readonly listeners: LiveListeners;
  private readonly readOnly = new Set<string>();
  private lastSubscription = 0;
  private closing: Error | undefined;
  private onStarted: ((error?: Error) => void) | undefined;

  constructor(
    private readonly collaborators: ClientCollaborators,
    private readonly codec: Codec,
    private readonly events: ClientEvents,
    private readonly silos: LastSilos,
  ) {
    const { link, clock } = collaborators;
    this.writer = new FrameWriter((frame) => link.send(frame));
    const write = (message: Uint8Array): void => this.writer.write(message);
    this.calls = new OutgoingCalls(clock, write, ({ type, component }, method) => this.readOnly.has(`${component === undefined ? type : `${type}#${component}`}.${method}`));
    this.listeners = new LiveListeners(() => SUBSCRIPTION_IDS + ++this.lastSubscription, write, clock, silos, (error) => events.report(error));
  }

  /** Resolves with the first welcome; rejects when the gateway refuses. Attempts that failed are told to `onAttempt`. */
  start(onAttempt: (error: Error | undefined) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onStarted = (error) => (error ? reject(error) : resolve());
      this.collaborators.link.open({
        onOpen: () => undefined,
        onFrame: (frame) => this.onFrame(frame),
        onClose: (reason, error) => {
          onAttempt(this.closing ?? error);
          this.onClose(reason, error);
        },
      });
    });
  }

  call(request: OutgoingRequest): Promise<unknown> {
    return this.calls.start(request);
  }

  /** Handed to the link when there is a connection, else forgotten. */
  callOneWay({ type, key, component }: EntityId, method: string, payload: Uint8Array): void {
    if (this.state === 'connected') this.writer.write(encodeMessage([ClientMessage.oneWay, type, key, component ?? null, method], payload));
  }

  listen(target: EntityId, eventName: string, listener: EventListener, onGap: (() => void) | undefined): Promise<() => Promise<void>> {
    return this.listeners.add(target, eventName, listener, onGap);
  }

  /** Says goodbye. */
  close(error: Error): void {
    this.writer.flush();
    // First: the link's own word of its end must not be taken for a lost connection.
    this.end(error);
    this.collaborators.link.close();
  }

  /** C1. */
  private end(error: Error): void {
    if (this.state === 'closed') return;
    this.setState('closed');
    this.calls.close(error);
    this.listeners.close(error);
    this.onStarted?.(error);
  }

  private onFrame(frame: Uint8Array): void {
    try {
      for (const message of splitFrame(frame)) this.onMessage(message);
    } catch (error) {
      this.events.report(error);
    }
  }

  private onMessage(message: WireMessage): void {
    try {
      this.hear(message);
    } catch (error) {
      const [kind, id] = message.header;
      const call = kind === GatewayMessage.result || kind === GatewayMessage.failure ? this.calls.finish(id as number) : undefined;
      if (call) call.reject(error as Error);
      else this.events.report(error);
    }
  }

  private hear({ header, payload }: WireMessage): void {
    const [kind, id, second, third] = header as [number, number, number, number];
    if (kind === GatewayMessage.result) this.onResult(id, second, this.codec.decode(payload));
    else if (kind === GatewayMessage.failure) this.onFailure(id, this.errorOf(payload));
    else if (kind === GatewayMessage.event) this.listeners.event(id, second, third, () => this.codec.decode(payload), header[5] as EventOrigin);
    else if (kind === GatewayMessage.subscribed) this.listeners.subscribed(id, second, third, this.silos.named(header[4] as number | undefined));
    else if (kind === GatewayMessage.welcome) this.onWelcome(this.codec.decode(payload) as Welcome);
    else if (kind === GatewayMessage.clientEvent) this.events.tellOrKeep(String(header[1]), this.codec.decode(payload));
    else if (kind === GatewayMessage.presence) this.events.tellOrKeep('presence', this.codec.decode(payload));
    else if (kind === GatewayMessage.gateways) this.collaborators.onGateways?.(this.codec.decode(payload) as readonly string[]);
    else if (kind === GatewayMessage.silo) this.silos.name(id, second);
    else if (kind === GatewayMessage.closing) this.closing = this.errorOf(payload);
  }

  private onWelcome(welcome: Welcome): void {
    this.welcome = welcome;
    this.closing = undefined;
    this.silos.connected(welcome.silo);
    this.readOnly.clear();
    for (const method of welcome.readOnly) this.readOnly.add(method);
    if (welcome.resumeToken !== undefined) this.collaborators.onResumeToken(welcome.resumeToken);
    if (welcome.gateways !== undefined) this.collaborators.onGateways?.(welcome.gateways);
    this.setState('connected');
    this.onStarted?.();
    this.onStarted = undefined;
    this.calls.connected(welcome.maxBytes);
    this.listeners.connected();
  }

  private onResult(id: number, silo: number | undefined, value: unknown): void {
    const call = this.calls.finish(id);
    if (!call) return;
    this.silos.heard(call.target, this.silos.named(silo));
    call.resolve(value);
  }

  private onFailure(id: number, error: Error): void {
    if (!this.listeners.failed(id, error)) this.calls.finish(id)?.reject(error);
  }

  private onClose(reason: CloseReason, error: Error | undefined): void {
    if (this.state === 'closed') return;
    const why = this.closing ?? error;
    this.closing = undefined;
    if (reason !== 'lost') {
      this.end(why ?? new LinkLostError('the gateway ended the connection'));
      if (why) this.events.tell('error', why);
      return;
    }
    this.calls.lost();
    this.listeners.lost();
    if (this.state === 'connected') this.setState('reconnecting');
  }

  private errorOf(payload: Uint8Array): Error {
    return fromWireError(this.codec.decode(payload) as WireError);
  }

  private setState(state: ClientState): void {
    if (this.state === state) return;
    this.state = state;
    this.events.tell('state', state);
  }
}
