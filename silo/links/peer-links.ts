// PeerLinks. Owns: the connections to one incarnation of a silo, the attempt to open one, and the calls that wait for it.
//   E1. New calls go over one link. When both silos opened one at once, both keep that of the smaller incarnation; the other retires.
//   E2. Calls made while a link opens wait for it. When it cannot be opened they fail, surely not sent; so do, at once, those made before
//       the next attempt may begin (`BACKOFF`).
//   E3. What waits is bounded: calls by `maxInFlight`, bytes by `maxWaitingBytes`; control messages by twice the calls alone.
import type { TimerHandle } from '../../protocol/ports/clock.js';
import type { FrameConnection, FrameNetwork } from '../../protocol/ports/frame-network.js';
import type { Incarnation } from '../../protocol/ports/state-store.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import type { FarewellLimits } from './farewell.js';
import { Link } from './link.js';
import type { LinkContext } from './link-context.js';
import type { Outgoing } from './outgoing.js';
import { notSent } from './not-sent.js';

const BACKOFF = { firstMs: 50, longestMs: 1000 };
/** Attempts that failed in a row, until it is said aloud: once. */
const LOUD_FROM = 3;

/** Whom the links lead to. */
export interface Destination {
  readonly siloId: string;
  readonly incarnation: Incarnation;
  readonly address: string;
}

export class PeerLinks {
  private current: Link | undefined;
  private readonly links = new Set<Link>();
  private waiting: Outgoing[] = [];
  private inFlight = 0;
  /** The timer of the attempt to connect that is under way. */
  private opening: TimerHandle | undefined;
  private backoffMs = 0;
  private retryAtMs = -Infinity;
  private lastCause: unknown;
  /** Attempts in a row. */
  private failures = 0;
  private closedBecause: string | undefined;
  /** For every outgoing message of this peer. */
  readonly onSettled = (): void => void this.inFlight--;

  constructor(
    readonly to: Pick<Destination, 'siloId' | 'incarnation'>,
    private readonly self: Incarnation,
    private readonly network: FrameNetwork,
    private readonly context: LinkContext,
  ) {}

  get isOpen(): boolean {
    return this.current !== undefined;
  }

  /** Why no control message may be sent now (E3), or `undefined`. */
  get controlOverload(): string | undefined {
    const limit = 2 * this.context.limits.maxInFlight;
    return this.inFlight >= limit ? `${limit} messages to it are in flight already, the limit` : undefined;
  }

  /** Why no call may be made now (E3), or `undefined`. */
  get overload(): string | undefined {
    const { maxInFlight, maxWaitingBytes } = this.context.limits;
    if (this.inFlight >= maxInFlight) return `${maxInFlight} calls to it are in flight already, the limit`;
    if (this.current !== undefined && this.current.waitingBytes > maxWaitingBytes) return `more than ${maxWaitingBytes} bytes wait for it, the limit`;
    return undefined;
  }

  /** Sends it, now or when a link is open. */
  send(call: Outgoing, address: string, nowMs: number): void {
    this.inFlight++;
    if (this.current !== undefined) return this.current.send(call, nowMs);
    if (this.closedBecause !== undefined) return call.lose(false, this.closedBecause);
    if (this.opening === undefined && nowMs < this.retryAtMs) {
      return call.fail(this.refuse(call.describe(), 'the last attempt to reach it failed a moment ago', this.lastCause));
    }
    this.waiting.push(call);
    if (this.opening === undefined) this.open(address);
  }

  /** A connection to it is open. `opener` opened it. */
  adopt(connection: FrameConnection, opener: Incarnation): void {
    if (this.closedBecause !== undefined) return connection.close(this.closedBecause);
    const link = new Link(connection, opener, this.context, this.onGone);
    if (link.hasEnded) {
      if (this.opening === undefined) this.failWaiting((call) => call.lose(false, 'the link closed as soon as it was open'));
      return;
    }
    this.links.add(link);
    const { current } = this;
    // E1. Of two that the same silo opened, the older is one whose end we have not seen yet.
    if (current !== undefined && current.opener < opener) link.retire();
    else {
      this.current = link;
      current?.retire();
    }
    this.backoffMs = 0;
    this.failures = 0;
    this.retryAtMs = -Infinity;
    const waiting = this.waiting;
    this.waiting = [];
    const nowMs = this.context.clock.monotonicMs();
    for (const call of waiting) if (!call.isSettled) (this.current ?? link).send(call, nowMs);
  }

  /** All that is written leaves, if it does by then. */
  async drain(untilMs: number): Promise<void> {
    await Promise.all([...this.links].map((link) => link.drain(untilMs)));
  }

  /** Resolves when it has all that it waits for, or when that takes too long. */
  async takeLeave(limits: FarewellLimits): Promise<void> {
    await Promise.all([...this.links].map((link) => link.takeLeave(limits)));
  }

  /** For good: what waits or is in flight fails, connections close. */
  close(reason: string): void {
    this.closedBecause ??= reason;
    this.opening?.cancel();
    this.opening = undefined;
    this.failWaiting((call) => call.lose(false, reason));
    for (const link of [...this.links]) link.close(reason);
  }

  /** The error of a call that surely was not sent. */
  refuse(what: string, why: string, cause?: unknown): Error {
    const { siloId, incarnation } = this.to;
    return notSent(`${what}: not sent to silo '${siloId}' (${incarnation}): ${why}`, cause);
  }

  private readonly onGone = (link: Link): void => {
    this.links.delete(link);
    if (this.current !== link) return;
    this.current = undefined;
    if (this.closedBecause === undefined) this.context.handler.lost?.(this.to);
  };

  private open(address: string): void {
    const { clock, limits } = this.context;
    const timer = clock.setTimer(() => this.onFailed(timer, new Error(`no connection within ${limits.connectTimeoutMs} ms`)), limits.connectTimeoutMs);
    this.opening = timer;
    // The connection lives longer than the turn that needs it first.
    const connecting = runOutsideTurns(async () => this.network.connect(address, this.to.incarnation));
    connecting.then((connection) => this.onOpened(timer, connection), (error: unknown) => this.onFailed(timer, error));
  }

  private onOpened(attempt: TimerHandle, connection: FrameConnection): void {
    if (this.opening === attempt) this.endAttempt();
    this.adopt(connection, this.self);
  }

  private onFailed(attempt: TimerHandle, cause: unknown): void {
    if (this.opening !== attempt) return;
    this.endAttempt();
    this.backoffMs = Math.min(BACKOFF.longestMs, Math.max(BACKOFF.firstMs, 2 * this.backoffMs));
    this.retryAtMs = this.context.clock.monotonicMs() + this.backoffMs;
    this.lastCause = cause;
    const { siloId: peer, incarnation } = this.to;
    // One that is gone is seen dead soon. What goes on beyond that (a wrong secret, a wall) would be seen by nobody.
    if (++this.failures === LOUD_FROM) this.context.log.warn({ err: cause, peer, incarnation }, 'a silo of the cluster cannot be reached, again and again: its actors cannot be called from here');
    else this.context.log.debug({ err: cause, peer, incarnation }, 'a silo could not be reached');
    this.failWaiting((call) => call.fail(this.refuse(call.describe(), 'it cannot be reached', cause)));
  }

  private endAttempt(): void {
    this.opening?.cancel();
    this.opening = undefined;
  }

  private failWaiting(fail: (call: Outgoing) => void): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const call of waiting) fail(call);
  }
}
