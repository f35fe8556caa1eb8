// Mailbox. Owns: the order in which calls get their turn on one entity. Does not own: turns, state, units.
//   M1. A call starts only if it fits beside who is inside (`Occupancy`).
//   M2. A queued call leaves exactly once: started, withdrawn (deadline, cancellation, cycle) or handed out by `close`.
//   M3. Calls start in arrival order. Exceptions: a chain goes before others where it is inside already, and `@Interleave` calls wait for nobody
//       that only waits himself.
//   M4. Whoever is inside as a writer stays until its unit lets go, after its commit.
//   M5. A closed mailbox lets only those in whom the actor's end waits for; the others wait for that end.
//   M6. So does one whose actor is reserved for a chain, which it lets in ahead of all that wait.
import type { EntityId } from '../../protocol/actor-id.js';
import { MailboxFullError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { Reentrancy } from '../../decorators/index.js';
import type { CallChain } from './call-chain.js';
import type { CallQueue } from './call-queue.js';
import { Occupancy } from './occupancy.js';
import type { PendingCall } from './pending-call.js';
import { isAwaitedOn } from './turn.js';
import { breakCycles, cycleError, findCycle } from './wait-graph.js';
import { WaitingCalls } from './waiting-calls.js';

export interface MailboxOwner {
  readonly id: EntityId;
  readonly mailboxLimit: number;
  readonly reentrancy: Reentrancy;
  /** A writing turn has begun and not ended. */
  readonly hasOpenTurn: boolean;
  /** Takes the turn now. `nested`: the call's chain was inside before. */
  start(call: PendingCall, nested: boolean): void;
  /** The call's deadline has passed, even if nobody was told yet. */
  isOverdue(call: PendingCall): boolean;
  /** Wall clock, milliseconds. */
  now(): number;
  /** The chain that alone may come in anew. */
  readonly reservedFor: CallChain | undefined;
  /** The chains, and their children in whom they end. */
  withChildren(chains: readonly CallChain[]): readonly CallChain[];
  /** The chains that are inside the actor or one of its components: its end waits for them. */
  unfinished(): readonly CallChain[];
}

const NONE: readonly PendingCall[] = [];

export class Mailbox extends Occupancy implements CallQueue {
  /** Made at the first wait: most mailboxes never have one. */
  private waiting: WaitingCalls | undefined;
  private isClosed = false;
  private isStarting = false;

  constructor(private readonly owner: MailboxOwner) {
    super(owner.reentrancy);
  }

  protected override get hasOpenTurn(): boolean {
    return this.owner.hasOpenTurn;
  }

  /** The chains that `call`, queued here, waits for. */
  waitsFor(call: PendingCall): readonly CallChain[] {
    return this.owner.withChildren(this.isRestricted && !this.admits(call) ? this.owner.unfinished() : this.isHeldOnly ? this.inTheWayOf(call) : this.inTheWayOfLine(call));
  }

  /** Under `none`: the queued calls of a chain inside that a turn which is open here waits for; a call of that chain waits for the turn. */
  ownCallsInTheWay(holder: CallChain): readonly PendingCall[] {
    if (this.reentrancy !== 'none' || !this.hasOpenTurn || !holder.waiting) return NONE;
    return [...holder.waiting].filter((waiting) => isAwaitedOn(this.owner.id, waiting));
  }

  /** Starts the call, or queues it, or fails it (full, cycle). */
  offer(call: PendingCall): void {
    if (this.reentrancy === 'none' && this.entersItself(call)) return call.fail(cycleError([call]));
    const isInside = this.isInside(call.chain);
    if (isInside ? this.canGoOn(call) : this.canStart(call)) {
      this.begin(call, isInside);
      if (call.chain.waiting?.size) this.startNext();
      return;
    }
    if (this.waitingCount >= this.owner.mailboxLimit && !call.mode.system) {
      const limit = this.owner.mailboxLimit;
      call.fail(new MailboxFullError(`${printEntityId(this.owner.id)}: ${limit} calls wait already`, { limit }));
      return;
    }
    this.enqueue(call);
  }

  /** The unit of `chain` lets go before its end; the next calls start. */
  vacate(chain: CallChain): void {
    this.remove(chain);
    this.startNext();
  }

  /** The unit of `chain` ended and commits: nobody gets in until `unseal`. */
  seal(chain: CallChain): void {
    this.remove(chain);
    this.addSeal();
  }

  /** The unit that sealed it is on its way to the store: what follows it gets in. */
  relax(): void {
    this.relaxSeal();
    this.startNext();
  }

  /** M4: the unit is durable or undone. */
  unseal(isRelaxed: boolean): void {
    this.removeSeal(isRelaxed);
    this.startNext();
  }

  /** A read-only turn of the call's chain ended. */
  releaseReader(call: PendingCall): void {
    this.removeReader(call, this.interleaves(call));
    this.startNext();
  }

  /** A writing turn ended, its unit did not: under `none` the next call of its own chain may start. */
  turnEnded(): void {
    if (this.waitingCount > 0 && this.reentrancy === 'none') this.startNext();
  }

  /** More than before is in the way of calls of `chain` that wait here or elsewhere. */
  waitsForMore(chain: CallChain): void {
    if (chain.waiting?.size) breakCycles(chain);
  }

  /** Takes a queued call out (deadline, cancellation, cycle). */
  withdraw(call: PendingCall): void {
    this.waiting!.remove(call);
    call.state = 'new';
    this.waiting!.dropStale();
    this.startNext();
  }

  /** M5 from now on. The calls that wait stay, until `takeQueued`. */
  close(): void {
    this.isClosed = true;
    for (const call of this.waiting?.all() ?? []) if (call.mailbox === this) this.refuseCycle(call);
  }

  /** Calls that stand in the queue, in order; they leave it. */
  takeQueued(): readonly PendingCall[] {
    const calls = this.waiting?.all() ?? [];
    for (const call of calls) {
      this.waiting!.remove(call);
      call.state = 'new';
    }
    return calls;
  }

  /** Gives back the room that a queue took which is empty now: for entities that wait rarely. */
  trim(): void {
    if (this.waitingCount === 0) this.waiting = undefined;
  }

  private get waitingCount(): number {
    return this.waiting?.count ?? 0;
  }

  private get isRestricted(): boolean {
    return this.isClosed || this.owner.reservedFor !== undefined;
  }

  /** Its chain is inside: only what must be alone may have to wait. */
  private canGoOn(call: PendingCall): boolean {
    return (!call.isExclusive && this.reentrancy !== 'none') || this.fits(call);
  }

  private canStart(call: PendingCall): boolean {
    // M3, M5: others wait already, but a chain that reads need not wait behind them.
    const mayOvertake = this.waitingCount === 0 || call.mode.interleave || this.isReading(call.chain);
    return (this.isRestricted ? this.admits(call) : mayOvertake) && this.fits(call);
  }

  /** A turn that is open here waits for the call: under `none` it would wait for itself. Of a turn that waits for nothing, other silos may not know that it is over. */
  private entersItself(call: PendingCall): boolean {
    if (call.mode.system || (call.mode.readOnly && !this.hasOpenTurn) || !isAwaitedOn(this.owner.id, call)) return false;
    return this.present().some((chain) => call.chain.isWithin(chain));
  }

  /** M3: whoever keeps those ahead waiting keeps the call waiting too. */
  private inTheWayOfLine(call: PendingCall): readonly CallChain[] {
    const chains = new Set(this.inTheWayOf(call));
    for (const ahead of this.waiting!.ahead(call)) {
      if (chains.size >= this.blockerCount) break;
      for (const chain of this.inTheWayOf(ahead)) chains.add(chain);
    }
    return [...chains];
  }

  /** M5, M6. */
  private admits(call: PendingCall): boolean {
    const { reservedFor } = this.owner;
    if (reservedFor && !this.isClosed && call.chain.isWithin(reservedFor)) return true;
    return this.owner.unfinished().some((chain) => call.chain.isWithin(chain));
  }

  private begin(call: PendingCall, isInside: boolean): void {
    call.state = 'running';
    if (!isInside) this.admit(call);
    else if (call.isExclusive) this.strengthen(call);
    if ((!isInside || call.isExclusive) && call.chain.waiting?.size) breakCycles(call.chain);
    this.owner.start(call, isInside);
  }

  private enqueue(call: PendingCall): void {
    call.queuedAtMs = this.owner.now();
    // M3: a chain that is inside goes first, else those ahead would wait for its own turn.
    (this.waiting ??= new WaitingCalls(this)).add(call, this.isReading(call.chain) || this.isInside(call.chain) || call.chain === this.owner.reservedFor);
    this.refuseCycle(call);
  }

  private refuseCycle(call: PendingCall): void {
    const cycle = findCycle(call);
    if (!cycle) return;
    this.withdraw(call);
    call.fail(cycleError(cycle));
  }

  /** Who may come in is not who it was. Turns that end at once would nest the stack as deep as the queue is long: only the outermost call loops. */
  startNext(): void {
    if (this.isStarting || this.waitingCount === 0) return;
    this.isStarting = true;
    try {
      this.startWaiting();
    } finally {
      this.isStarting = false;
    }
  }

  private startWaiting(): void {
    for (let call = this.nextToStart(); call; call = this.nextToStart()) {
      // A turn that blocked the loop kept the deadlines from ringing.
      if (this.owner.isOverdue(call)) {
        call.expire();
        continue;
      }
      this.waiting!.remove(call);
      this.begin(call, this.isInside(call.chain));
    }
  }

  private nextToStart(): PendingCall | undefined {
    if (this.waitingCount === 0) return undefined;
    const first = this.waiting!.first()!;
    if (this.isSealedFor(first)) return undefined;
    if (this.isRestricted) return this.waiting!.find((call) => this.admits(call) && this.fits(call), false);
    return this.fits(first) ? first : (this.waiting!.ofThose(this.present(), (call) => this.fits(call)) ?? this.waiting!.find((call) => this.fits(call), true));
  }
}
