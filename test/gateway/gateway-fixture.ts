import { createCodec, fromWireError, type Codec, type WireError } from '../../protocol/codec/index.js';
import { ClientMessage, encodeMessage, GatewayMessage, splitFrame, type WireMessage } from '../../protocol/client-wire.js';
import type { ClientConnection, ClientListener, CloseReason, Handshake } from '../../protocol/ports/client-link.js';
import type { Gateway } from '../../silo/gateway/gateway.js';
import { createGateway, type GatewayCollaborators } from '../../silo/gateway/open-gateway.js';
import { resolveGatewayOptions } from '../../silo/options/gateway-options.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { RecordingLogger } from '../support/memory-silo.js';
import { FakeBackend } from './fake-backend.js';

/** A codec that knows plain objects with `handleOf` as handles. */
export function testCodec(): Codec {
  return createCodec({
    references: {
      isReference: (value) => Object.hasOwn(value, 'handleOf'),
      toId: (value) => (value as { handleOf: { type: string; key: string } }).handleOf,
      fromId: (id) => ({ handleOf: id }),
    },
  });
}

/** The client's end of a connection, byte by byte: what it sends is not checked by anybody on its side. */
export class RawClient implements ClientConnection {
  bufferedBytes = 0;
  /** False: what is sent to it stays in its buffer (and is heard all the same). */
  isReading = true;
  /** Whether the gateway leaves it unread. */
  isHeld = false;
  closed: { readonly reason: CloseReason; readonly message: string | undefined } | undefined;
  readonly messages: WireMessage[] = [];
  private frameListener: (frame: Uint8Array) => void = () => undefined;
  private closeListener: (reason: CloseReason) => void = () => undefined;
  private waiting: (() => void)[] = [];
  private lastId = 0;

  constructor(readonly handshake: Handshake, private readonly codec: Codec) {}

  send(frame: Uint8Array): void {
    if (!this.isReading) this.bufferedBytes += frame.length;
    this.messages.push(...splitFrame(frame.slice()));
    this.wake();
  }

  close(reason: CloseReason, message?: string): void {
    this.end(reason, message);
  }

  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.frameListener = listener;
  }

  onClose(listener: (reason: CloseReason) => void): void {
    this.closeListener = listener;
  }

  /** The connection ends, from whichever side. */
  end(reason: CloseReason, message?: string): void {
    if (this.closed) return;
    this.closed = { reason, message };
    this.closeListener(reason);
    this.wake();
  }

  /** Bytes to the gateway. */
  frame(bytes: Uint8Array): void {
    if (!this.closed) this.frameListener(bytes);
  }

  /** One message to the gateway. */
  say(header: readonly unknown[], value?: unknown): void {
    this.frame(encodeMessage(header, value === undefined ? undefined : this.codec.encode(value, 'args')));
  }

  /** A call's outcome: `{ value }` or `{ error }`. */
  async call(type: unknown, key: unknown, component: unknown, method: unknown, args: unknown = []): Promise<Outcome> {
    const id = ++this.lastId;
    this.say([ClientMessage.call, id, type, key, component, method, 30_000, null], args);
    return this.outcome(id);
  }

  /** The outcome of subscribing: the position, or the error. */
  async subscribe(type: unknown, key: unknown, component: unknown, event: unknown): Promise<Outcome & { readonly id: number }> {
    const id = ++this.lastId;
    this.say([ClientMessage.subscribe, id, type, key, component, event]);
    return { id, ...(await this.outcome(id)) };
  }

  /** The answer under an id; a connection that ends instead is `{ error }` too. */
  async outcome(id: number): Promise<Outcome> {
    const isAnswer = ({ header: [kind, of] }: WireMessage): boolean =>
      of === id && (kind === GatewayMessage.result || kind === GatewayMessage.failure || kind === GatewayMessage.subscribed);
    const answer = await this.until(() => this.messages.find(isAnswer));
    if (!answer) return { error: new Error(`closed: ${this.closed?.message}`) };
    const { header, payload } = answer;
    if (header[0] === GatewayMessage.subscribed) return { value: header.slice(2) };
    return header[0] === GatewayMessage.result ? { value: this.codec.decode(payload) } : { error: this.errorOf(payload) };
  }

  /** Messages of a kind, payloads decoded. */
  heard(kind: number): { readonly header: readonly unknown[]; readonly value: unknown }[] {
    return this.messages.filter(({ header }) => header[0] === kind).map(({ header, payload }) => ({ header, value: payload.length > 0 ? this.codec.decode(payload) : undefined }));
  }

  /** What `look` finds, now or after a later message; `undefined` when the connection ended without it. */
  async until<T>(look: () => T | undefined): Promise<T | undefined> {
    for (;;) {
      const found = look();
      if (found !== undefined || this.closed) return found;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  errorOf(payload: Uint8Array): Error & Record<string, unknown> {
    return fromWireError(this.codec.decode(payload) as WireError) as Error & Record<string, unknown>;
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

export interface Outcome {
  readonly value?: unknown;
  readonly error?: Error & { readonly code?: string; readonly path?: string };
}

export interface TestGateway {
  readonly gateway: Gateway;
  readonly backend: FakeBackend;
  readonly clock: VirtualClock;
  readonly log: RecordingLogger;
  readonly codec: Codec;
  /** Knocks; rejects as the gateway refuses. Not welcomed yet. */
  knock(handshake?: Partial<Handshake>): Promise<RawClient>;
  /** A welcomed client. */
  join(token?: string): Promise<RawClient>;
}

/** A started gateway over `FakeBackend`: the token is the client's id, `id:role,role` gives roles. */
export async function testGateway(classes: readonly object[], events: readonly object[], options: object = {}, more: Partial<GatewayCollaborators> = {}): Promise<TestGateway> {
  const codec = testCodec();
  const backend = new FakeBackend(codec, classes, events);
  const clock = new VirtualClock();
  const log = new RecordingLogger();
  let admit!: Parameters<ClientListener['start']>[0];
  const listener: ClientListener = {
    start: (given) => {
      admit = given;
      return Promise.resolve({ address: 'test:' });
    },
    stop: () => Promise.resolve(),
  };
  const gateway = createGateway(resolveGatewayOptions({ authenticate: identityOf, ...options }, 'gateway'), listener, { backend, codec, clock, log, resumeSecret: 'secret', ...more });
  await gateway.start();
  const knock = async (handshake: Partial<Handshake> = {}): Promise<RawClient> => {
    const client = new RawClient({ address: 'test', headers: {}, ...handshake }, codec);
    (await admit(client.handshake))(client);
    return client;
  };
  const join = async (token = 'p1'): Promise<RawClient> => {
    const client = await knock({ token });
    await client.until(() => client.heard(GatewayMessage.welcome)[0]);
    return client;
  };
  return { gateway, backend, clock, log, codec, knock, join };
}

function identityOf({ token = '' }: Handshake): object {
  const [id, roles] = token.split(':');
  return roles === undefined ? { id } : { id, roles: roles.split(',') };
}
