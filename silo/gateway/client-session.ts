// ClientSession. Owns: one client's connection at the gateway: its calls in flight, its rate, its subscriptions.
//   G1. Rate, calls in flight and size are counted before anything else is looked at; access is decided before arguments are built.
//   G2. Every call is answered exactly once, or its connection is gone.
//   G3. When the connection ends, its queued calls are cancelled and its subscriptions stop.
import { toWireError, type Codec } from '../../protocol/codec/index.js';
import { encodeMessage, GatewayMessage, splitFrame, type WireMessage } from '../../protocol/client-wire.js';
import { InvalidArgumentError, RateLimitedError } from '../../protocol/errors/index.js';
import { FrameWriter } from '../../protocol/frame-writer.js';
import type { Identity } from '../../protocol/identity.js';
import type { ClientConnection, Clock, Logger } from '../../protocol/ports/index.js';
import type { GatewayLimits } from '../silo-options.js';
import type { Access } from './access.js';
import { MalformedRequest, readRequest, type ClientRequest } from './client-message-reader.js';
import { ClientSubscriptions } from './client-subscriptions.js';
import type { GatewayBackend } from './gateway-backend.js';
import { TokenBucket } from './token-bucket.js';

export interface ClientSessionContext {
  readonly backend: GatewayBackend;
  readonly access: Access;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: GatewayLimits;
}

type CallRequest = Extract<ClientRequest, { kind: 'call' | 'oneWay' }>;

/** Rate and calls in flight for one-way calls, which have no id, share this key space by negative numbers. */
let oneWays = 0;
let errorIds = 0;

export class ClientSession {
  private readonly writer: FrameWriter;
  private readonly bucket: TokenBucket;
  private readonly inFlight = new Map<number, AbortController>();
  private readonly subscriptions: ClientSubscriptions;

  constructor(readonly id: string, readonly identity: Identity, private readonly connection: ClientConnection, private readonly context: ClientSessionContext) {
    const { clock, limits } = context;
    this.writer = new FrameWriter((frame) => connection.send(frame));
    this.bucket = new TokenBucket(limits.callsPerSecond, limits.burst, clock.monotonicMs());
    this.subscriptions = new ClientSubscriptions(identity, context, connection, (message) => this.writer.write(message), (id, error) => this.fail(id, error));
    connection.onFrame((frame) => this.onFrame(frame));
  }

  /** Sends a message of the gateway's own. */
  write(header: readonly unknown[], payload?: Uint8Array): void {
    this.writer.write(encodeMessage(header, payload));
  }

  writeEncoded(message: Uint8Array): void {
    this.writer.write(message);
  }

  /** What is collected leaves now (before a close). */
  flush(): void {
    this.writer.flush();
  }

  /** G3. */
  end(): void {
    for (const controller of this.inFlight.values()) controller.abort();
    this.inFlight.clear();
    this.subscriptions.stop();
  }

  private onFrame(frame: Uint8Array): void {
    try {
      for (const message of splitFrame(frame)) this.onMessage(message);
    } catch (error) {
      this.context.log.info({ err: error, client: this.id }, 'a client sent a malformed frame and is disconnected');
      this.connection.close('lost', 'malformed frame');
    }
  }

  private onMessage(message: WireMessage): void {
    let request: ClientRequest;
    try {
      request = readRequest(message);
    } catch (error) {
      const callId = error instanceof MalformedRequest ? error.callId : undefined;
      if (callId === undefined) throw error;
      this.fail(callId, error);
      return;
    }
    if (request.kind === 'cancel') this.inFlight.get(request.id)?.abort();
    else if (request.kind === 'unsubscribe') this.subscriptions.remove(request.id);
    else this.admit(request);
  }

  /** G1. */
  private admit(request: Exclude<ClientRequest, { kind: 'cancel' | 'unsubscribe' }>): void {
    const id = request.kind === 'oneWay' ? undefined : request.id;
    const { limits, clock } = this.context;
    if (!this.bucket.take(clock.monotonicMs())) return this.fail(id, new RateLimitedError(`more than ${limits.callsPerSecond} calls per second; the call did not run`));
    if (request.kind === 'subscribe') return void this.subscriptions.add(request);
    if (this.inFlight.size >= limits.inFlight) return this.fail(id, new RateLimitedError(`${limits.inFlight} calls of this client wait already; the call did not run`));
    if (id !== undefined && this.inFlight.has(id)) return this.fail(id, new InvalidArgumentError(`call id ${id} is in use`));
    const slot = id ?? -++oneWays;
    const controller = new AbortController();
    this.inFlight.set(slot, controller);
    void this.call(request, controller.signal).finally(() => this.inFlight.delete(slot));
  }

  /** G2. */
  private async call(request: CallRequest, signal: AbortSignal): Promise<void> {
    const id = request.kind === 'call' ? request.id : undefined;
    try {
      const result = await this.run(request, signal);
      if (id !== undefined) this.write([GatewayMessage.result, id], this.context.codec.encode(result, 'result'));
    } catch (error) {
      this.fail(id, error);
    }
  }

  private async run(request: CallRequest, signal: AbortSignal): Promise<unknown> {
    const { access, backend, clock, codec, limits } = this.context;
    const { target, method } = request;
    const member = access.method(target, method, this.identity);
    const { bytes: maxBytes, depth: maxDepth, nodes: maxNodes } = limits;
    const decoded = codec.decodeUntrusted(request.payload, { maxBytes, maxDepth, maxNodes, allowReferences: member.public?.args !== undefined }, 'args');
    const args = await access.arguments(target, member, decoded);
    await access.authorize(this.identity, { ...target, method, args });
    const timeoutMs = request.kind === 'call' ? request.timeoutMs : DEFAULT_TIMEOUT_MS;
    return backend.invoke({
      kind: request.kind, target, method, args, identity: this.identity, deadlineMs: clock.monotonicMs() + timeoutMs, timeoutMs, signal, hops: 0,
      idempotencyKey: request.kind === 'call' ? request.idempotencyKey : undefined,
    });
  }

  private fail(id: number | undefined, error: unknown): void {
    if (id === undefined) {
      this.context.log.debug({ err: error, client: this.id }, 'a one-way call of a client failed');
      return;
    }
    const logId = (): string => {
      const errorId = `${this.context.backend.siloId.slice(-8)}-${(++errorIds).toString(36)}`;
      this.context.log.error({ err: error, errorId, client: this.id }, 'a call of a client failed');
      return errorId;
    };
    const wire = toWireError(error, this.context.codec, { audience: 'outside', logId });
    this.write([GatewayMessage.failure, id], this.context.codec.encode(wire, 'error'));
  }
}

const DEFAULT_TIMEOUT_MS = 30_000;
