// Mailbox. Owns: the order in which calls get their turn on one entity, and which chains hold it. Does not own: turns, state, units.
//   M1. At most one chain holds the mailbox exclusively; then nobody else reads or writes.
//   M2. A queued call leaves exactly once: started, withdrawn (deadline, cancellation, cycle) or handed out by `close`.
//   M3. Calls start in arrival order. Exceptions: a chain re-enters what it holds, and a chain that reads upgrades before others.
//   M4. Whoever holds exclusively keeps it until `release`, which the unit of work calls after its commit.
import Denque from 'denque';
import type { EntityId } from '../../protocol/actor-id.js';
import { MailboxFullError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { CallChain } from './call-chain.js';
import type { PendingCall } from './pending-call.js';
import { cycleError, findCycle } from './wait-graph.js';

let enqueued = 0;

export interface MailboxOwner {
  readonly id: EntityId;
  readonly mailboxLimit: number;
  /** Takes the turn now. `nested`: the call's chain held the mailbox before. */
  start(call: PendingCall, nested: boolean): void;
}

export class Mailbox {
  private queue: Denque<PendingCall> | undefined;
  private waitingCalls = 0;
  private holder: CallChain | undefined;
  private readers: CallChain[] | undefined;
  private isClosed = false;
  private isStarting = false;

  constructor(private readonly owner: MailboxOwner) {}

  /** The chains that a queued call waits for. */
  holders(): readonly CallChain[] {
    if (this.holder) return [this.holder];
    return this.readers ?? [];
  }

  /** Starts the call, or queues it, or fails it (full, cycle). */
  offer(call: PendingCall): void {
    if (this.holder && call.chain.isWithin(this.holder)) return this.begin(call, true);
    if (!this.isClosed && this.canStart(call)) return this.begin(call, false);
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
    this.startNext();
  }

  /** From now on only the holding chain gets in; returns those who waited, in order, for delivery elsewhere. */
  close(): readonly PendingCall[] {
    this.isClosed = true;
    return this.takeQueued();
  }

  /** Calls that stand in the queue, in order; they leave it. */
  takeQueued(): readonly PendingCall[] {
    const calls = (this.queue?.toArray() ?? []).filter((call) => call.state === 'queued' && call.mailbox === this);
    for (const call of calls) {
      this.leave(call);
      call.state = 'new';
    }
    this.queue?.clear();
    return calls;
  }

  private canStart(call: PendingCall): boolean {
    if (this.holder) return false;
    const readers = this.readers?.length ?? 0;
    if (readers > 0 && this.readers!.includes(call.chain)) return call.mode.readOnly || this.readers!.every((chain) => chain === call.chain);
    if (this.waitingCalls > 0) return false;
    return call.mode.readOnly || readers === 0;
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
    if (this.readers?.includes(call.chain)) this.queue.unshift(call);
    else this.queue.push(call);
    call.chain.beginWait(call);
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
    while (this.waitingCalls > 0 && !this.holder && !this.isClosed) {
      const call = this.queue!.peekFront()!;
      if (call.state !== 'queued' || call.mailbox !== this) {
        this.queue!.shift();
        continue;
      }
      const readers = this.readers?.length ?? 0;
      const fits = call.mode.readOnly || readers === 0 || this.readers!.every((chain) => chain === call.chain);
      if (!fits) return;
      this.queue!.shift();
      this.leave(call);
      this.begin(call, false);
    }
    if (this.waitingCalls === 0 && this.queue && this.queue.length > 0) this.queue.clear();
  }

  private leave(call: PendingCall): void {
    this.waitingCalls--;
    call.mailbox = undefined;
    call.chain.endWait(call);
  }
}
