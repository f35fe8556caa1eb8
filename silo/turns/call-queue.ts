import type { CallChain } from './call-chain.js';
import type { PendingCall } from './pending-call.js';

/** Where a queued call stands: a mailbox, the line of a service, or where it waits for the silo's lease. */
export interface CallQueue {
  /** For messages to people: what it waits for or in. */
  readonly place?: string | undefined;
  /** Of a line whose calls wait for any turn with a permit, on other silos too: the service. */
  readonly service?: string | undefined;
  /** Of calls that wait for the end of a chain of tail calls: its id. */
  readonly chainOfSteps?: string | undefined;
  /** Takes a queued call out (deadline, cancellation, cycle). */
  withdraw(call: PendingCall): void;
  /** The chains that `call`, queued here, waits for: for all of them. */
  waitsFor(call: PendingCall): readonly CallChain[];
  /** The queued calls of a chain inside that keep a call of that chain waiting here. */
  ownCallsInTheWay(holder: CallChain): readonly PendingCall[];
}
