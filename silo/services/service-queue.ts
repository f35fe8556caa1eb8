// ServiceQueue. Owns: the calls of one service, made on this silo, that wait for a permit; on this silo or another one.
//   Q1. First come, first served: a call that another silo sent back stands where it stood.
//   Q2. A queued call leaves exactly once: taken, or withdrawn (deadline, cancellation, cycle, the end of the silo).
//   Q3. Unlike a mailbox's, a call waits for one of many: it is in a circle only when every turn with a permit is (`isStuck`).
import Denque from 'denque';
import type { Clock } from '../../protocol/ports/index.js';
import type { CallChain } from '../turns/call-chain.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { Turn } from '../turns/turn.js';
import { nextInLine } from '../turns/waiting-calls.js';
import { cycleError, findCycle } from '../turns/wait-graph.js';
import { isStuck, type AnyQueue } from './stuck-calls.js';

/** From this length on, the queue is cleaned when half of it has left. */
const MAX_STALE = 64;
const NOBODY: readonly CallChain[] = [];
const NONE: readonly PendingCall[] = [];

export interface ServiceQueueParts {
  /** Absent: its calls wait for no permit. */
  readonly name: string | undefined;
  readonly clock: Pick<Clock, 'now'>;
  /** The turns that have this silo's permits, if that is what its calls wait for. */
  holders(): ReadonlySet<Turn>;
  /** Another silo may have a permit for it. */
  hasOthers(): boolean;
}

export class ServiceQueue implements AnyQueue {
  private calls = new Denque<PendingCall>();
  private waiting = 0;

  constructor(private readonly parts: ServiceQueueParts) {}

  /** Others may end the wait of all that stand here. */
  get service(): string | undefined {
    return this.parts.hasOthers() ? this.parts.name : undefined;
  }

  get count(): number {
    return this.waiting;
  }

  /** The turns that keep all that wait here waiting; `undefined`: others may end the wait. */
  get holders(): ReadonlySet<Turn> | undefined {
    return this.parts.hasOthers() ? undefined : this.parts.holders();
  }

  /** Q1. The call fails at once when it closes a circle. */
  add(call: PendingCall): void {
    const isNew = call.queuedAs === 0;
    call.state = 'queued';
    call.mailbox = this;
    this.waiting++;
    if (isNew) this.putLast(call);
    else this.putBack(call);
    call.chain.beginWait(call);
    const cycle = findCycle(call);
    if (!cycle) return;
    this.withdraw(call);
    call.fail(cycleError(cycle));
  }

  /** The first; it leaves. */
  take(): PendingCall | undefined {
    const first = this.first();
    if (!first) return undefined;
    this.calls.shift();
    this.leave(first);
    return first;
  }

  first(): PendingCall | undefined {
    while (this.calls.length > 0 && !this.isWaiting(this.calls.peekFront()!)) this.calls.shift();
    return this.calls.peekFront();
  }

  withdraw(call: PendingCall): void {
    this.leave(call);
    if (this.calls.length >= MAX_STALE && this.calls.length >= 2 * this.waiting) this.calls = new Denque(this.calls.toArray().filter((one) => this.isWaiting(one)));
  }

  /** Q3. */
  waitsFor(call: PendingCall): readonly CallChain[] {
    const { holders } = this;
    if (!holders) return NOBODY;
    // Nearly always one of them waits for nothing.
    for (const { chain } of holders) if (!chain.waiting?.size) return NOBODY;
    return isStuck(call) ? [...holders].map(({ chain }) => chain) : NOBODY;
  }

  /** A turn of the service is in the way of none that it makes necessary: those need no permit. */
  ownCallsInTheWay(): readonly PendingCall[] {
    return NONE;
  }

  private putLast(call: PendingCall): void {
    call.queuedAs = nextInLine();
    call.queuedAtMs = this.parts.clock.now();
    this.calls.push(call);
  }

  /** Those that were sent out before it are few. */
  private putBack(call: PendingCall): void {
    let at = 0;
    while (at < this.calls.length && this.calls.peekAt(at)!.queuedAs < call.queuedAs) at++;
    if (at === 0) this.calls.unshift(call);
    else this.calls.splice(at, 0, call);
  }

  private leave(call: PendingCall): void {
    call.state = 'new';
    call.mailbox = undefined;
    this.waiting--;
    call.chain.endWait(call);
  }

  private isWaiting(call: PendingCall): boolean {
    return call.state === 'queued' && call.mailbox === this;
  }
}
