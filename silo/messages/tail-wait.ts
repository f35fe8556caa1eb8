import type { ChainTable } from '../routing/chain-table.js';
import type { CallChain } from '../turns/call-chain.js';
import type { CallQueue } from '../turns/call-queue.js';
import type { PendingCall } from '../turns/pending-call.js';

const NONE: readonly PendingCall[] = [];

/** Where a call stands that has handed over: it waits for the chains in which the steps run, one after the other. So a step that waits for it is found. */
export class TailWait implements CallQueue {
  constructor(readonly chainOfSteps: string, private readonly chains: ChainTable) {}

  /** From its hand-over on; until its end. */
  begin(call: PendingCall): void {
    call.mailbox = this;
    call.chain.beginWait(call);
  }

  end(call: PendingCall): void {
    call.chain.endWait(call);
    call.mailbox = undefined;
  }

  /** Nobody takes it out: of a circle the step's call, which came later, is given up. */
  withdraw(): void {
    return undefined;
  }

  waitsFor(): readonly CallChain[] {
    return this.chains.stepsOf(this.chainOfSteps);
  }

  ownCallsInTheWay(): readonly PendingCall[] {
    return NONE;
  }
}
