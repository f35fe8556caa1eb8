// HookWait. Owns: the wait of one turn that may not run before a hook of its entity has ended: the instance is made anew, or is a service's first.
// It stands among the queued calls of the turn's chain, so that the search for circles sees it.
//   H1. The turn waits for the chain of the hook; for nobody before that has begun.
//   H2. The wait ends once: by `end`, or because it is given up as the youngest of a circle. The turn has not run then.
import type { CallChain } from './call-chain.js';
import type { CallQueue } from './call-queue.js';
import { PendingCall } from './pending-call.js';
import { SYSTEM_TURN } from './turn-mode.js';
import { isAwaitedOn, type Turn } from './turn.js';
import { cycleError, findCycle } from './wait-graph.js';
import { nextInLine } from './waiting-calls.js';

const NONE: readonly never[] = [];

class HookWait implements CallQueue {
  /** What stands for the wait in the graph: the turn's own call runs already. */
  private readonly call: PendingCall;

  /** `hook`: the chain in which it runs now, if it does. */
  constructor(private readonly turn: Turn, private readonly hook: () => CallChain | undefined) {
    const { entity: target, method } = turn;
    this.call = new PendingCall({ kind: 'hook', target, method, args: [], caller: turn, deadlineMs: Infinity, timeoutMs: Infinity, hops: 0 }, turn.chain, SYSTEM_TURN);
  }

  /** `nowMs`: of the wall clock. `giveUp` is called at once where the wait closes a circle. */
  begin(nowMs: number, giveUp: (error: unknown) => void): void {
    const { call } = this;
    call.tell({ succeeded: () => undefined, failed: (_, error) => giveUp(error) });
    call.state = 'queued';
    call.mailbox = this;
    call.queuedAs = nextInLine();
    call.queuedAtMs = nowMs;
    call.chain.beginWait(call);
    const cycle = findCycle(call);
    if (!cycle) return;
    this.withdraw();
    call.fail(cycleError(cycle));
  }

  /** H2. The turn goes on, or has failed. */
  end(): void {
    if (this.call.state === 'queued') this.withdraw();
  }

  withdraw(): void {
    const { call } = this;
    call.state = 'new';
    call.mailbox = undefined;
    call.chain.endWait(call);
  }

  /** H1. */
  waitsFor(): readonly CallChain[] {
    const hook = this.hook();
    return hook ? [hook] : NONE;
  }

  /** The hook's own calls that lead to the turn. */
  ownCallsInTheWay(holder: CallChain): readonly PendingCall[] {
    return holder.waiting ? [...holder.waiting].filter((waiting) => isAwaitedOn(this.turn.entity, waiting)) : NONE;
  }
}

/** The turn waits for `hook` from now on (`nowMs`: of the wall clock), until the returned function is called; `giveUp` is called where they wait for each other. */
export function awaitHook(turn: Turn, hook: () => CallChain | undefined, nowMs: number, giveUp: (error: unknown) => void): () => void {
  const wait = new HookWait(turn, hook);
  wait.begin(nowMs, giveUp);
  return () => wait.end();
}
