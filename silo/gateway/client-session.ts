// ClientSession. Owns: one client's connection at the gateway: its calls in flight, its rate, its subscriptions.
//   G1. Rate, calls in flight and size are counted before anything else is looked at; access is decided before arguments are built.
//   G2. Every call is answered exactly once, or its connection is gone.
//   G3. When the connection ends, its queued calls are cancelled and its subscriptions stop.
//   G4. Before the welcome a client has nothing to say: what it sends then ends the connection.
//   G5. What waits to be written is bounded: a client that does not read loses its connection.
import type { Codec } from '../../protocol/codec/index.js';
import { encodeMessage, GatewayMessage, type WireMessage } from '../../protocol/client-wire.js';
import { InvalidArgumentError, RateLimitedError } from '../../protocol/errors/index.js';
import { FrameWriter } from '../../protocol/frame-writer.js';
import type { Identity } from '../../protocol/identity.js';
import type { ClientConnection, CloseReason, Clock, Logger } from '../../protocol/ports/index.js';
import type { GatewayLimits } from '../silo-options.js';
import type { Access } from './access.js';
import type { ClientFailures } from './client-failures.js';
import { ClientCalls } from './client-calls.js';
import type { ClientBudget, ClientBudgets } from './client-budgets.js';
import { readRequest, type ClientRequest } from './client-message-reader.js';
import { NamedSilos } from './named-silos.js';
import { FrameQueue } from './frame-queue.js';
import { ClientSubscriptions } from './client-subscriptions.js';
import type { GatewayBackend } from './gateway-backend.js';
import type { PacedQueue } from '../../transport/paced-queue.js';

/** What all clients of a gateway share. */
export interface ClientSessionContext {
  readonly backend: GatewayBackend;
  readonly access: Access;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: GatewayLimits;
  readonly failures: ClientFailures;
  readonly budgets: ClientBudgets;
  /** Where clients take turns that are beyond their allowance of computing time. */
  readonly heavy: PacedQueue;
}

/** G5. */
const MAX_UNREAD_BYTES = 16_777_216;
/** A client with so much to read is not heard further until it has read some. */
const BEHIND_BYTES = 1_048_576;

/** One connected client. */
export class ClientSession {
  private readonly writer: FrameWriter;
  private readonly budget: ClientBudget;
  private readonly frames: FrameQueue;
  private readonly calls: ClientCalls;
  private readonly subscriptions: ClientSubscriptions;
  private rateLimited: Uint8Array | undefined;
  private phase: 'new' | 'open' | 'ended' = 'new';

  constructor(readonly id: string, readonly identity: Identity, private readonly connection: ClientConnection, private readonly context: ClientSessionContext) {
    const { backend, budgets, clock } = context;
    this.budget = budgets.take(identity.id);
    this.writer = new FrameWriter((frame) => this.send(frame));
    const owner = {
      identity, silos: new NamedSilos(backend.siloId, (header) => this.write(header)),
      write: (header: readonly unknown[], payload?: Uint8Array) => this.write(header, payload),
      fail: (id: number | undefined, error: unknown) => this.fail(id, error), waitingBytes: () => connection.bufferedBytes + this.writer.waitingBytes,
      spend: (usedMs: number) => this.budget.time.spend(usedMs),
    };
    this.calls = new ClientCalls(owner, context);
    this.subscriptions = new ClientSubscriptions(owner, context);
    this.frames = new FrameQueue(clock, this.budget.time, context.heavy, {
      handle: (message) => this.onMessage(message), fail: (error) => this.onBadFrame(error), hold: (isHeld) => connection.hold(isHeld),
      isBehind: () => owner.waitingBytes() > BEHIND_BYTES && connection.bufferedBytes <= MAX_UNREAD_BYTES,
    });
    connection.onFrame((frame) => this.onFrame(frame));
  }

  /** From now on the client is heard (G4). Sends the welcome. */
  open(welcome: Uint8Array): void {
    if (this.phase !== 'new') return;
    this.phase = 'open';
    this.write([GatewayMessage.welcome], welcome);
  }

  /** Sends a message of the gateway's own. */
  write(header: readonly unknown[], payload?: Uint8Array): void {
    this.writeEncoded(encodeMessage(header, payload));
  }

  /** Tells the client where its subscriptions stand, if it may not know. */
  announcePositions(): void {
    if (this.phase === 'open') this.subscriptions.announcePositions();
  }

  /** Sends a message that several clients get, to one that is welcomed: what it says stands in the welcome. */
  tell(message: Uint8Array): void {
    if (this.phase === 'open') this.writer.write(message);
  }

  /** Sends a message that several clients get. */
  writeEncoded(message: Uint8Array): void {
    if (this.phase !== 'ended') this.writer.write(message);
  }

  /** Ends the connection after what was written before. `error`: why, as the client's callers will see it. */
  close(reason: CloseReason, message: string, error?: unknown): void {
    if (this.phase === 'ended') return;
    if (error !== undefined) this.write([GatewayMessage.closing], this.context.failures.encode(error, this.id));
    this.writer.flush();
    this.end();
    this.connection.close(reason, message);
  }

  /** G3. Idempotent. */
  end(): void {
    if (this.phase === 'ended') return;
    this.phase = 'ended';
    this.context.budgets.giveBack(this.identity.id, this.budget);
    this.frames.stop();
    this.calls.stop();
    this.subscriptions.stop();
  }

  private onFrame(frame: Uint8Array): void {
    if (this.phase === 'new') this.onBadFrame(new InvalidArgumentError('a message before the welcome'));
    else if (this.phase === 'open') this.frames.add(frame);
  }

  private onBadFrame(error: unknown): void {
    if (error instanceof RateLimitedError) return this.close('lost', 'too many messages', error);
    this.context.log.info({ err: error, client: this.id }, 'a client sent what no client sends and is disconnected');
    this.close('lost', 'malformed message');
  }

  private onMessage(message: WireMessage): void {
    const { limits, clock } = this.context;
    if (!this.budget.messages.take(clock.monotonicMs())) {
      return this.close('lost', 'too many messages', new RateLimitedError(`far more than ${limits.callsPerSecond} messages per second`));
    }
    const request = readRequest(message);
    if (request.kind === 'cancel') this.calls.cancel(request.id);
    else if (request.kind === 'unsubscribe') this.subscriptions.remove(request.id);
    else if (request.kind === 'malformed') this.fail(request.id, request.error);
    else this.admit(request);
  }

  /** G1. */
  private admit(request: Exclude<ClientRequest, { kind: 'cancel' | 'unsubscribe' | 'malformed' }>): void {
    if (!this.budget.calls.take(this.context.clock.monotonicMs())) this.refuseForRate(request.kind === 'oneWay' ? undefined : request.id);
    else if (request.kind === 'subscribe') void this.subscriptions.add(request);
    else this.calls.add(request);
  }

  /** Refusals come in floods: their error is made once. */
  private refuseForRate(id: number | undefined): void {
    const { limits, failures } = this.context;
    this.rateLimited ??= failures.encode(new RateLimitedError(`more than ${limits.callsPerSecond} calls per second; the call did not run`), this.id);
    if (id !== undefined) this.write([GatewayMessage.failure, id], this.rateLimited);
  }

  private fail(id: number | undefined, error: unknown): void {
    if (id === undefined) this.context.log.debug({ err: error, client: this.id }, 'a one-way call of a client failed');
    else if (this.phase === 'open') this.write([GatewayMessage.failure, id], this.context.failures.encode(error, this.id));
  }

  /** G5. */
  private send(frame: Uint8Array): void {
    if (this.connection.bufferedBytes <= MAX_UNREAD_BYTES) return this.connection.send(frame);
    if (this.phase === 'ended') return;
    this.context.log.info({ client: this.id }, 'a client reads nothing and is disconnected');
    this.end();
    this.connection.close('lost', 'nothing is read');
  }
}
