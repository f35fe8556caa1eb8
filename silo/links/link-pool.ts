// LinkPool. Owns: the links of this silo to all others, and the deadlines of what it asked of them.
//   K1. Every call settles: with its answer, or by its deadline at the latest, whatever the peer and the network do.
//   K2. What was declared dead is never talked to again.
import type { Codec } from '../../protocol/codec/index.js';
import { CallTimeoutError, CancelledError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { Envelope } from '../../protocol/envelope.js';
import type { FrameConnection, FrameNetwork, Peer } from '../../protocol/ports/frame-network.js';
import type { Clock, Logger, Member } from '../../protocol/ports/index.js';
import type { Incarnation } from '../../protocol/ports/state-store.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import { DeadlineWheel } from '../turns/deadline-wheel.js';
import type { CallWatch } from './call-watch.js';
import type { LinkContext } from './link-context.js';
import type { LinkHandler } from './link-handler.js';
import { DEFAULT_LINK_LIMITS, checkedLimits, type LinkLimits } from './link-limits.js';
import type { Outgoing } from './outgoing.js';
import { OutgoingAsk } from './outgoing-ask.js';
import { OutgoingCall } from './outgoing-call.js';
import { PeerLinks } from './peer-links.js';

/** What a silo gives its links. */
export interface LinkPoolOptions {
  readonly network: FrameNetwork;
  readonly self: Peer;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly log: Logger;
  readonly handler: LinkHandler;
  readonly limits?: Partial<LinkLimits> | undefined;
}

/** Dead incarnations that are remembered. */
const MAX_DEAD = 10_000;

export class LinkPool {
  private readonly peers = new Map<Incarnation, PeerLinks>();
  private readonly dead = new Set<Incarnation>();
  private readonly wheel: DeadlineWheel;
  private readonly context: LinkContext;
  private readonly network: FrameNetwork;
  private readonly self: Peer;
  private closing: Promise<void> | undefined;

  constructor({ network, self, codec, clock, log, handler, limits }: LinkPoolOptions) {
    this.network = network;
    this.self = self;
    this.wheel = new DeadlineWheel(clock);
    this.context = { codec, clock, log, handler, limits: checkedLimits({ ...DEFAULT_LINK_LIMITS, ...limits }) };
  }

  /** Opens this silo's port. Rejects with `ConfigurationError` when it cannot be had. */
  start(): Promise<void> {
    return this.network.listen((connection) => this.accept(connection));
  }

  /**
   * Makes a call on another silo. Beside what the callee throws, and `Moved`: `SiloUnavailableError` (surely not sent), `LinkLostError`,
   * `CallTimeoutError`, `CancelledError` (outcome unknown), `NotSerializableError`, `PayloadTooLargeError`. A one-way call resolves when it is written.
   * With a `watch`, what that says in place of these.
   */
  invoke(to: Member, envelope: Envelope, watch?: CallWatch): Promise<unknown> {
    const peer = this.peers.get(to.incarnation) ?? this.peer(to);
    const nowMs = this.context.clock.monotonicMs();
    const refusal = this.refusal(envelope, peer, nowMs);
    if (refusal !== undefined) {
      watch?.ended(envelope);
      return watch?.failed(to, envelope, refusal) ?? Promise.reject(refusal);
    }
    return this.send(peer, new OutgoingCall(envelope, peer.onSettled, to, watch), to, nowMs);
  }

  /** Asks another silo on the control lane, ahead of calls. Rejects as `invoke`; `CallTimeoutError` after `timeoutMs`. */
  ask(to: Member, topic: string, body: unknown, timeoutMs: number): Promise<unknown> {
    const peer = this.peers.get(to.incarnation) ?? this.peer(to);
    const { controlOverload } = peer;
    if (controlOverload !== undefined) return Promise.reject(peer.refuse(`control message '${topic}'`, controlOverload));
    const nowMs = this.context.clock.monotonicMs();
    return this.send(peer, new OutgoingAsk(topic, body, timeoutMs, nowMs + timeoutMs, peer.onSettled), to, nowMs);
  }

  /** A link to it is open. */
  isLinked(incarnation: Incarnation): boolean {
    return this.peers.get(incarnation)?.isOpen ?? false;
  }

  /** Connects to it at once, whatever became of earlier attempts; the connection is kept. Rejects when it cannot be reached. */
  async dial(to: Member): Promise<void> {
    const connection = await runOutsideTurns(() => this.network.connect(to.address, to.incarnation));
    (this.peers.get(to.incarnation) ?? this.peer(to)).adopt(connection, this.self.incarnation);
  }

  /** The silo was declared dead: its calls in flight fail at once, its connections close, and no more are opened or accepted. */
  drop(incarnation: Incarnation, reason: string): void {
    this.dead.add(incarnation);
    for (const oldest of this.dead) {
      if (this.dead.size <= MAX_DEAD) break;
      this.dead.delete(oldest);
    }
    const peer = this.peers.get(incarnation);
    this.peers.delete(incarnation);
    peer?.close(reason);
  }

  /** Before the silo leaves the cluster, when it takes no calls any more: resolves when the others have its answers, or when that takes too long. */
  async takeLeave(): Promise<void> {
    const { drainTimeoutMs: stallMs, farewellTimeoutMs: timeoutMs } = this.context.limits;
    await Promise.all([...this.peers.values()].map((peer) => peer.takeLeave({ timeoutMs, stallMs })));
  }

  /** What is written leaves within a bounded time; then whatever waits fails, and the port closes. Idempotent. */
  close(): Promise<void> {
    return (this.closing ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    const { clock, limits } = this.context;
    const peers = [...this.peers.values()];
    await Promise.all(peers.map((peer) => peer.drain(clock.monotonicMs() + limits.drainTimeoutMs)));
    for (const peer of this.peers.values()) peer.close('this silo closed its links');
    this.peers.clear();
    this.wheel.stop();
    await this.network.close();
  }

  private send(peer: PeerLinks, call: Outgoing, to: Member, nowMs: number): Promise<unknown> {
    peer.send(call, to.address, nowMs);
    // K1. Those that failed or left in the same stack need no watching.
    if (!call.isSettled && call.deadlineMs !== Infinity) this.wheel.add(call);
    return call.promise;
  }

  private refusal(envelope: Envelope, peer: PeerLinks, nowMs: number): Error | undefined {
    const { overload } = peer;
    if (overload !== undefined) return peer.refuse(describe(envelope), overload);
    if (envelope.signal?.aborted) return new CancelledError(`${describe(envelope)}: cancelled by its caller before it was sent`, { cause: envelope.signal.reason });
    if (envelope.deadlineMs > nowMs) return undefined;
    return new CallTimeoutError(`${describe(envelope)}: its ${envelope.timeoutMs} ms were over before it was sent; it did not run`, { timeoutMs: envelope.timeoutMs });
  }

  private peer(to: Peer): PeerLinks {
    const peer = new PeerLinks(to, this.self.incarnation, this.network, this.context);
    // Kept only when it can be of use: one that is refused settles what it is given at once.
    if (this.closing !== undefined) peer.close('this silo closed its links');
    else if (this.dead.has(to.incarnation)) peer.close(`silo '${to.siloId}' (${to.incarnation}) is dead`);
    else this.peers.set(to.incarnation, peer);
    return peer;
  }

  private accept(connection: FrameConnection): void {
    const { peer } = connection;
    (this.peers.get(peer.incarnation) ?? this.peer(peer)).adopt(connection, peer.incarnation);
  }
}

function describe({ target, method }: Envelope): string {
  return `${printEntityId(target)}.${method}`;
}
