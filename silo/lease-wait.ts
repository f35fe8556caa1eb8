// LeaseWait. Owns: what waits on this silo for its lease: its own calls that surely did not run for want of it, and replies of turns that it overtook.
//   LW1. Calls begin when the lease is back, in the order in which they came; a later call of this silo comes after them.
//   LW2. Deadline and cancellation take a call out where it waits: it did not run. When the silo stops, all that wait fail at once.
//   LW3. Nothing goes on here without a lease. One that is back says that nobody else had an actor of this silo meanwhile: for that its incarnation
//        had to be declared dead, which is final (P4), and no beat of a dead one renews a lease.
import { printEntityId } from '../protocol/actor-id.js';
import { SiloUnavailableError } from '../protocol/errors/index.js';
import type { Clock, Membership, TimerHandle } from '../protocol/ports/index.js';
import type { CallChain } from './turns/call-chain.js';
import type { CallQueue } from './turns/call-queue.js';
import type { DeadlineWheel } from './turns/deadline-wheel.js';
import type { PendingCall } from './turns/pending-call.js';

const LOOK_MS = 50;
/** Those that come beyond it are refused, as calls of a full mailbox are. */
const MAX_WAITING = 100_000;
const NOBODY: readonly never[] = [];

export interface LeaseWaitParts {
  readonly clock: Clock;
  readonly membership: Pick<Membership, 'isValid' | 'mayAccept'>;
  readonly deadlines: DeadlineWheel;
  /** Takes a call to where its actor is. */
  readonly begin: (call: PendingCall) => void;
}

export class LeaseWait implements CallQueue {
  readonly place = 'for the lease of its silo';
  private readonly calls = new Set<PendingCall>();
  private replies: ((isBack: boolean) => void)[] = [];
  private closedFor: string | undefined;
  private isClosed = false;
  private timer: TimerHandle | undefined;
  private isOpening = false;

  constructor(private readonly parts: LeaseWaitParts) {}

  get isEmpty(): boolean {
    return this.calls.size === 0 && this.replies.length === 0;
  }

  /** `reason`: why it did not run. */
  add(call: PendingCall, reason: Error): void {
    if (this.closedFor !== undefined || this.calls.size >= MAX_WAITING) return call.fail(reason);
    call.state = 'queued';
    call.mailbox = this;
    call.isPartOfExclusive = false;
    this.calls.add(call);
    call.watch(this.parts.deadlines);
    this.lookLater();
  }

  /** LW3. Resolves with true when the lease is back, with false when this silo stops. */
  whenBack(): Promise<boolean> {
    if (this.isClosed) return Promise.resolve(false);
    this.lookLater();
    return new Promise((resolve) => this.replies.push(resolve));
  }

  withdraw(call: PendingCall): void {
    this.calls.delete(call);
    call.mailbox = undefined;
  }

  waitsFor(): readonly CallChain[] {
    return NOBODY;
  }

  ownCallsInTheWay(): readonly PendingCall[] {
    return NOBODY;
  }

  /** LW1. Lets all go on if the lease is back. */
  open(): void {
    // Turns that begin in this stack make calls of their own: those wait for nobody here.
    if (this.isOpening || !this.isBack) return;
    this.isOpening = true;
    for (const resolve of this.replies.splice(0)) resolve(true);
    for (const call of [...this.calls]) {
      if (!this.isBack) break;
      // LW2: another one's turn has cancelled it.
      if (this.calls.has(call)) this.letGo(call);
    }
    this.isOpening = false;
  }

  /** LW2. */
  close(reason: string): void {
    this.refuse(reason);
    this.isClosed = true;
    this.timer?.cancel();
    for (const resolve of this.replies.splice(0)) resolve(false);
  }

  /** Of `close`, as far as calls are concerned: of turns that run yet some may still be answered. */
  refuse(reason: string): void {
    this.closedFor = reason;
    for (const call of [...this.calls]) {
      this.withdraw(call);
      call.fail(new SiloUnavailableError(`${printEntityId(call.envelope.target)}: ${reason}; the call did not run`));
    }
  }

  private letGo(call: PendingCall): void {
    // A turn that blocked the loop kept the deadlines from ringing.
    if (call.deadlineMs <= this.parts.clock.monotonicMs()) return call.expire();
    this.withdraw(call);
    call.state = 'new';
    this.parts.begin(call);
  }

  private get isBack(): boolean {
    return mayBegin(this.parts.membership);
  }

  private lookLater(): void {
    this.timer ??= this.parts.clock.setTimer(() => {
      this.timer = undefined;
      this.open();
      if (!this.isEmpty) this.lookLater();
    }, LOOK_MS);
  }
}

/** Calls are accepted, and turns begin: clocks that disagree may say the one without the other. */
export function mayBegin({ mayAccept, isValid }: Pick<Membership, 'isValid' | 'mayAccept'>): boolean {
  return mayAccept && isValid;
}
