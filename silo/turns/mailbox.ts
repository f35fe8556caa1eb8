// Mailbox. Owns: the order in which calls get their turn on one entity, and which chains hold it. Does not own: turns, state, units.
//   M1. At most one chain holds the mailbox exclusively; then nobody else reads or writes.
//   M2. A queued call leaves exactly once: started, withdrawn (deadline, cancellation, cycle) or handed out by `close`.
//   M3. Calls start in arrival order. Exceptions: a chain re-enters what it holds, and a chain that reads upgrades before others.
//   M4. Whoever holds exclusively keeps it until `release`, which the unit of work calls after its commit.
//   M5. A closed mailbox lets only those in whom the actor's end waits for; the others wait for that end.
import Denque from 'denque';
import type { EntityId } from '../../protocol/actor-id.js';
import { MailboxFullError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { CallChain } from './call-chain.js';
import type { PendingCall } from './pending-call.js';
import { cycleError, findCycle } from './wait-graph.js';

/** From this length on, a queue is cleaned when half of it has left. */
const MAX_STALE = 64;

let enqueued = 0;

export interface MailboxOwner {
  readonly id: EntityId;
  readonly mailboxLimit: number;
  /** Takes the turn now. `nested`: the call's chain held the mailbox before. */
  start(call: PendingCall, nested: boolean): void;
  /** The call's deadline has passed, even if nobody was told yet. */
  isOverdue(call: PendingCall): boolean;
  /** The chains that hold or read the actor or one of its components: its end waits for them. */
  unfinished(): readonly CallChain[];
}

export class Mailbox {
  private queue: Denque<PendingCall> | undefined;
  private waitingCalls = 0;
  private holder: CallChain | undefined;
  private readers: CallChain[] | undefined;
  private isClosed = false;
  private isStarting = false;

  constructor(private readonly owner: MailboxOwner) {}

  /** The chains that hold or read here. */
  inside(): readonly CallChain[] {
    const readers = this.readers ?? [];
    return this.holder ? [this.holder, ...readers] : readers;
  }

  /** Some chain holds it exclusively, or its unit commits. */
  get isHeld(): boolean {
    return this.holder !== undefined;
  }

  /** The chains that `call`, queued here, waits for. */
  waitsFor(call: PendingCall): readonly CallChain[] {
    return this.isClosed && !this.admits(call) ? this.owner.unfinished() : this.inside();
  }

  /** Starts the call, or queues it, or fails it (full, cycle). */
  offer(call: PendingCall): void {
    if (this.holder && call.chain.isWithin(this.holder)) return this.begin(call, true);
    if (this.canStart(call)) return this.begin(call, false);
    if (this.waitingCalls >= this.owner.mailboxLimit && !call.mode.system) {
      const limit = this.owner.mailboxLimit;
      call.fail(new MailboxFullError(`${printEntityId(this.owner.id)}: ${limit} calls wait already`, { limit }));
      return;
    }
    this.enqueue(call);
  }

  /** Holds the mailbox for `chain` before any call arrives (activation). */
  holdFor(chain: CallChain): void {
    this.holder = chain;
  }

  /** The exclusive holder lets go; the next calls start. */
  release(): void {
    this.holder = undefined;
    this.startNext();
  }

  /** A read-only turn of `chain` ended. */
  releaseReader(chain: CallChain): void {
    const at = this.readers!.indexOf(chain);
    this.readers!.splice(at, 1);
    this.startNext();
  }

  /** Takes a queued call out (deadline, cancellation, cycle). */
  withdraw(call: PendingCall): void {
    this.leave(call);
    call.state = 'new';
    this.dropStale();
    this.startNext();
  }

  /** M5 from now on. The calls that wait stay, until `takeQueued`. */
  close(): void {
    this.isClosed = true;
    for (const call of this.queue?.toArray() ?? []) if (this.isWaiting(call)) this.refuseCycle(call);
  }

  /** Calls that stand in the queue, in order; they leave it. */
  takeQueued(): readonly PendingCall[] {
    const calls: PendingCall[] = [];
    for (const call of this.queue?.toArray() ?? []) {
      if (!this.isWaiting(call)) continue;
      this.leave(call);
      call.state = 'new';
      calls.push(call);
    }
    this.queue?.clear();
    return calls;
  }

  private canStart(call: PendingCall): boolean {
    // M3, M5: others wait already, but a chain that reads need not wait behind them.
    if (this.isClosed ? !this.admits(call) : this.waitingCalls > 0 && !this.isReading(call.chain)) return false;
    return this.fits(call);
  }

  /** Nobody but its own chain is in the way. */
  private fits(call: PendingCall): boolean {
    if (this.holder) return false;
    return call.mode.readOnly || !this.readers || this.readers.every((reader) => call.chain.isWithin(reader));
  }

  private isReading(chain: CallChain): boolean {
    return this.readers?.some((reader) => chain.isWithin(reader)) ?? false;
  }

  /** M5. */
  private admits(call: PendingCall): boolean {
    return this.owner.unfinished().some((chain) => call.chain.isWithin(chain));
  }

  private isWaiting(call: PendingCall | undefined): boolean {
    return call?.state === 'queued' && call.mailbox === this;
  }

  private begin(call: PendingCall, nested: boolean): void {
    call.state = 'running';
    if (!nested) {
      if (call.mode.readOnly) (this.readers ??= []).push(call.chain);
      else this.holder = call.chain;
      if (call.chain.waiting?.size) this.breakCycles(call.chain);
    }
    this.owner.start(call, nested);
  }

  private enqueue(call: PendingCall): void {
    this.queue ??= new Denque<PendingCall>();
    call.state = 'queued';
    call.mailbox = this;
    call.queuedAs = ++enqueued;
    this.waitingCalls++;
    // M3: an upgrade goes first, else the writers ahead would wait for its own read-only turn.
    if (this.isReading(call.chain)) this.queue.unshift(call);
    else this.queue.push(call);
    call.chain.beginWait(call);
    this.refuseCycle(call);
  }

  private refuseCycle(call: PendingCall): void {
    const cycle = findCycle(call);
    if (!cycle) return;
    this.withdraw(call);
    call.fail(cycleError(cycle));
  }

  /** A chain that waits elsewhere became a holder here: circles may have closed. The youngest queued call of each is given up. */
  private breakCycles(chain: CallChain): void {
    for (const waiting of [...chain.waiting!]) {
      const cycle = waiting.state === 'queued' ? findCycle(waiting) : undefined;
      if (!cycle) continue;
      const youngest = cycle.reduce((a, b) => (a.queuedAs > b.queuedAs ? a : b));
      youngest.mailbox?.withdraw(youngest);
      youngest.fail(cycleError(cycle));
    }
  }

  /** Turns that end at once would nest the stack as deep as the queue is long: only the outermost call loops. */
  private startNext(): void {
    if (this.isStarting || this.waitingCalls === 0) return;
    this.isStarting = true;
    try {
      this.startWaiting();
    } finally {
      this.isStarting = false;
    }
  }

  private startWaiting(): void {
    while (this.waitingCalls > 0 && !this.holder) {
      const call = this.nextWaiting();
      if (!call || !this.fits(call)) return;
      // A turn that blocked the loop kept the deadlines from ringing.
      if (this.owner.isOverdue(call)) {
        call.expire();
        continue;
      }
      this.leave(call);
      this.begin(call, false);
    }
    if (this.waitingCalls === 0) this.queue?.clear();
  }

  /** The call whose turn it is; those that left the queue before are still in it and are dropped here. */
  private nextWaiting(): PendingCall | undefined {
    if (this.isClosed) return this.queue!.toArray().find((call) => this.isWaiting(call) && this.admits(call));
    while (!this.isWaiting(this.queue!.peekFront())) this.queue!.shift();
    return this.queue!.peekFront();
  }

  /** Calls that expire behind a turn that never ends must not pile up. */
  private dropStale(): void {
    if (!this.queue || this.queue.length < MAX_STALE || this.queue.length < 2 * this.waitingCalls) return;
    this.queue = new Denque(this.queue.toArray().filter((call) => this.isWaiting(call)));
  }

  private leave(call: PendingCall): void {
    this.waitingCalls--;
    call.mailbox = undefined;
    call.chain.endWait(call);
  }
}
