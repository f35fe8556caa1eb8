// WaitingCalls. Owns: the calls that stand in the queue of one mailbox, in the order in which they get their turn.
//   W1. A call that left is still in the queue for a while; only `isWaiting` calls count.
import Denque from 'denque';
import type { CallChain } from './call-chain.js';
import type { Mailbox } from './mailbox.js';
import type { PendingCall } from './pending-call.js';

/** From this length on, a queue is cleaned when half of it has left. */
const MAX_STALE = 64;

let enqueued = 0;

/** Rises with every call that begins to wait, in whichever queue. */
export function nextInLine(): number {
  return ++enqueued;
}

export class WaitingCalls {
  private queue = new Denque<PendingCall>();
  /** Those that need not wait for others that wait. */
  private interleaving = 0;
  count = 0;

  constructor(private readonly mailbox: Mailbox) {}

  /** `first`: before everybody but earlier calls of its own chain. */
  add(call: PendingCall, first: boolean): void {
    call.state = 'queued';
    call.mailbox = this.mailbox;
    call.queuedAs = nextInLine();
    this.count++;
    if (call.mode.interleave) this.interleaving++;
    if (first) this.queue.splice(this.ownCallsAhead(call), 0, call);
    else this.queue.push(call);
    call.chain.beginWait(call);
  }

  /** The call stands in no queue any more. */
  remove(call: PendingCall): void {
    this.count--;
    if (call.mode.interleave) this.interleaving--;
    call.mailbox = undefined;
    call.chain.endWait(call);
    if (this.count === 0) this.queue.clear();
  }

  /** All that wait, in order; they stay. */
  all(): readonly PendingCall[] {
    return this.queue.toArray().filter((call) => this.isWaiting(call));
  }

  /** The first of all, or `undefined`. */
  first(): PendingCall | undefined {
    while (this.queue.length > 0 && !this.isWaiting(this.queue.peekFront()!)) this.queue.shift();
    return this.queue.peekFront();
  }

  /** The first that fulfils `test`, of all or of those that need not wait for others that wait. */
  find(test: (call: PendingCall) => boolean, onlyInterleaving: boolean): PendingCall | undefined {
    if (onlyInterleaving && this.interleaving === 0) return undefined;
    return this.queue.toArray().find((call) => this.isWaiting(call) && (!onlyInterleaving || call.mode.interleave) && test(call));
  }

  /** M3: a chain came in while another call of it waits behind those who wait for that chain now. */
  ofThose(inside: readonly CallChain[], test: (call: PendingCall) => boolean): PendingCall | undefined {
    for (const { waiting } of inside) {
      if (!waiting?.size) continue;
      for (const call of waiting) if (call.mailbox === this.mailbox && test(call)) return call;
    }
    return undefined;
  }

  /** Those that get their turn before `call`. */
  *ahead(call: PendingCall): Generator<PendingCall> {
    for (let at = 0; at < this.queue.length; at++) {
      const other = this.queue.peekAt(at)!;
      if (other === call) return;
      if (this.isWaiting(other)) yield other;
    }
  }

  /** Calls that expire behind a turn that never ends must not pile up. */
  dropStale(): void {
    if (this.queue.length >= MAX_STALE && this.queue.length >= 2 * this.count) this.queue = new Denque([...this.all()]);
  }

  private isWaiting(call: PendingCall): boolean {
    return call.state === 'queued' && call.mailbox === this.mailbox;
  }

  private ownCallsAhead(call: PendingCall): number {
    let at = 0;
    while (this.queue.peekAt(at)?.chain === call.chain) at++;
    return at;
  }
}
