// ServiceLine. Owns: the calls of one service that are made on this silo, from their making to their end: where each runs, and who waits.
//   N1. A call runs here if a permit is free here; else on the least loaded silo that may have one; else it waits, first come, first served.
//   N2. Whatever may let a call go on is an event: a permit that comes back here, an answer of another silo or its offer of a permit, a silo that
//       joins. A silo that said that it is full is asked to offer. Messages can be lost: while calls wait, those who were asked are asked again.
//   N3. A call that surely did not run goes back to where it stood in the line. What may have run fails with `LinkLostError`, unless it only reads.
//   N4. What turns of the service wait for needs no permit, only a silo with its lease: it goes before those that wait for the permits of these turns.
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import type { Envelope } from '../../protocol/envelope.js';
import { LinkLostError, MailboxFullError, SiloUnavailableError, UnknownActorTypeError } from '../../protocol/errors/index.js';
import type { Clock, Incarnation, Member, TimerHandle } from '../../protocol/ports/index.js';
import { isConnectionRefused } from '../links/connection-refused.js';
import { Moved } from '../links/moved.js';
import { isNotSent } from '../links/not-sent.js';
import type { DeadlineWheel } from '../turns/deadline-wheel.js';
import type { PendingCall } from '../turns/pending-call.js';
import { isAwaitedOn } from '../turns/turn.js';
import type { HostedService } from './hosted-service.js';
import type { ServicePeer, ServicePeers } from './service-peers.js';
import { ServiceQueue } from './service-queue.js';

/** As of an actor's mailbox. */
const LIMIT = 10_000;
/** N2. */
const ASK_AGAIN_MS = 1000;
const AWAY_MS = 250;

/** The way to other silos. */
export interface ServiceLinks {
  /** Rejects as `PeerLinks.invoke` does. */
  send(to: Member, envelope: Envelope): Promise<unknown>;
  /** Asks for a permit; false: it will offer one. */
  ask(silo: Member): Promise<boolean>;
  /** Nobody listens at that silo's address. */
  refused(incarnation: Incarnation): void;
}

export interface ServiceLineParts {
  readonly id: EntityId;
  readonly clock: Clock;
  readonly deadlines: DeadlineWheel;
  /** `undefined`: this silo does not host the service, so far. */
  readonly local: () => HostedService | undefined;
  readonly peers: ServicePeers;
  readonly links: ServiceLinks;
  isReadOnly(method: string): boolean;
}

export class ServiceLine {
  private readonly queue: ServiceQueue;
  /** N4. */
  private readonly ahead: ServiceQueue;
  private isPumping = false;
  private isClosed = false;
  private again: TimerHandle | undefined;

  constructor(private readonly parts: ServiceLineParts) {
    const { id, clock, local, peers } = parts;
    this.queue = new ServiceQueue({ name: id.type, clock, holders: () => local()?.holders ?? NOBODY, hasOthers: () => !local() || !peers.isEmpty });
    this.ahead = new ServiceQueue({ name: undefined, clock, holders: () => NOBODY, hasOthers: () => true });
  }

  get waiting(): number {
    return this.queue.count + this.ahead.count;
  }

  /** N1. Settles the call in the end. */
  offer(call: PendingCall): void {
    const { id, peers, deadlines } = this.parts;
    const local = this.parts.local();
    const needsNone = isAwaitedOn(id, call);
    if (this.isClosed) return call.fail(this.closed('this silo is stopping'));
    if (!local && peers.isEmpty) return call.fail(this.unknown());
    if ((needsNone || this.waiting === 0) && local?.mayStart(call)) return local.start(call);
    const peer = needsNone ? peers.any() : undefined;
    if (peer) this.sendTo(peer, call);
    else if (this.waiting >= LIMIT) call.fail(new MailboxFullError(`${printEntityId(id)}: ${LIMIT} calls wait for a permit already`, { limit: LIMIT }));
    else {
      this.queueOf(call).add(call);
      this.pump();
    }
    call.watch(deadlines);
  }

  /** N2: something has changed. */
  pump(): void {
    // Turns that end at once would nest the stack as deep as the queue is long: only the outermost call loops.
    if (this.isPumping) return;
    this.isPumping = true;
    try {
      while (this.waiting > 0 && this.letOneGo());
    } finally {
      this.isPumping = false;
    }
    if (this.waiting > 0) this.awaitPermits();
  }

  /** Another silo has a permit now. True: a call of this one is on its way there. */
  offered(incarnation: Incarnation): boolean {
    const { peers } = this.parts;
    const peer = peers.of(incarnation);
    if (!peer) return false;
    peers.note(peer, { isFull: false, isAsked: false, isAway: false });
    const { sent } = peer;
    this.pump();
    return peer.sent > sent;
  }

  /** Silos came or went. */
  hostsChanged(): void {
    const { local, peers } = this.parts;
    if (local() || !peers.isEmpty) return this.pump();
    this.failAll(() => this.unknown());
  }

  /** Nothing waits here any more, and nothing will. */
  close(reason: string): void {
    this.isClosed = true;
    this.again?.cancel();
    this.failAll(() => this.closed(reason));
  }

  /** False: all have to wait. */
  private letOneGo(): boolean {
    const { peers, clock } = this.parts;
    const local = this.parts.local();
    const queue = this.ahead.count > 0 ? this.ahead : this.queue;
    const first = queue.first();
    if (!first) return false;
    // A turn that blocked the loop kept the deadlines from ringing.
    if (first.deadlineMs <= clock.monotonicMs()) {
      first.expire();
      return true;
    }
    if (local?.mayStart(first)) {
      queue.take();
      local.start(first);
      return true;
    }
    const peer = peers.pick();
    if (!peer) return false;
    queue.take();
    this.sendTo(peer, first);
    return true;
  }

  private sendTo(peer: ServicePeer, call: PendingCall): void {
    const { peers, links } = this.parts;
    call.state = 'running';
    peers.sent(peer);
    const over = (): void => peers.answered(peer);
    links.send(peer.member, call.envelope).then(
      (value) => {
        over();
        call.succeed(value);
        this.pump();
      },
      (error: unknown) => {
        over();
        this.notAnswered(peer, call, error);
        this.pump();
      },
    );
  }

  /** N3. */
  private notAnswered(peer: ServicePeer, call: PendingCall, error: unknown): void {
    const { peers, links } = this.parts;
    if (error instanceof Moved) peers.note(peer, { isFull: true });
    else if (isNotSent(error)) {
      this.shun(peer);
      if (isConnectionRefused(error)) links.refused(peer.member.incarnation);
    } else if (!(error instanceof LinkLostError && this.parts.isReadOnly(call.envelope.method))) return call.fail(error);
    this.giveBack(call, this.closed('this silo is stopping'));
  }

  /** N3. `error`: what its caller is told when nothing waits here any more. */
  giveBack(call: PendingCall, error: Error): void {
    if (call.isSettled) return;
    if (this.isClosed) call.fail(error);
    else this.queueOf(call).add(call);
  }

  /** It cannot be reached now: others are tried meanwhile. */
  private shun(peer: ServicePeer): void {
    const { peers, clock } = this.parts;
    peers.note(peer, { isAway: true });
    clock.setTimer(() => {
      peers.note(peer, { isAway: false });
      this.pump();
    }, AWAY_MS);
  }

  /** N2. */
  private awaitPermits(): void {
    const { peers, clock } = this.parts;
    for (const peer of peers.toBeAsked()) void this.askFor(peer);
    this.again ??= clock.setTimer(() => {
      this.again = undefined;
      peers.doubtAll();
      this.pump();
    }, ASK_AGAIN_MS);
  }

  private async askFor(peer: ServicePeer): Promise<void> {
    const { peers, links } = this.parts;
    peers.note(peer, { isAsked: true });
    try {
      if (!(await links.ask(peer.member))) return;
      peers.note(peer, { isFull: false, isAsked: false });
    } catch {
      peers.note(peer, { isAsked: false });
      this.shun(peer);
    }
    this.pump();
  }

  private queueOf(call: PendingCall): ServiceQueue {
    return isAwaitedOn(this.parts.id, call) ? this.ahead : this.queue;
  }

  private failAll(error: () => Error): void {
    for (const queue of [this.ahead, this.queue]) for (let call = queue.take(); call; call = queue.take()) call.fail(error());
  }

  private closed(reason: string): SiloUnavailableError {
    return new SiloUnavailableError(`${printEntityId(this.parts.id)}: ${reason}; the call did not run`);
  }

  private unknown(): UnknownActorTypeError {
    const { type } = this.parts.id;
    return new UnknownActorTypeError(`no silo hosts the service '${type}'`, { type });
  }
}

const NOBODY = new Set<never>();
