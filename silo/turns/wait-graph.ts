// The wait-for graph of this silo's mailboxes, read from the mailboxes themselves: a queued call waits for every chain that holds
// its mailbox (or, while the actor ends, the actor), and a chain waits for all of its queued calls (an AND graph, so each cycle is a deadlock: Knapp, 1987).
import { CallCycleError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { CallChain } from './call-chain.js';
import type { PendingCall } from './pending-call.js';

/**
 * The queued calls that form a circle with `call`, starting with `call` itself, or `undefined`. `call` stands in a queue already.
 */
export function findCycle(call: PendingCall): readonly PendingCall[] | undefined {
  return search(call, call.chain, [], new Set());
}

/** The error for the call that is given up so that the others of the circle can go on; names the entities in order. */
export function cycleError(cycle: readonly PendingCall[]): CallCycleError {
  const names = cycle.map((call) => printEntityId(call.envelope.target));
  names.push(names[0]!);
  return new CallCycleError(`the call would wait for itself: ${names.join(' → ')}; it did not run`, { cycle: names });
}

function search(call: PendingCall, goal: CallChain, path: PendingCall[], seen: Set<CallChain>): readonly PendingCall[] | undefined {
  path.push(call);
  for (const holder of call.mailbox?.waitsFor(call) ?? []) {
    // An upgrade waits for the other readers, not for its own chain's turn.
    if (call.chain.isWithin(holder)) continue;
    if (holder === goal) return [...path];
    if (seen.has(holder)) continue;
    seen.add(holder);
    for (const queued of holder.waiting ?? []) {
      const found = search(queued, goal, path, seen);
      if (found) return found;
    }
  }
  path.pop();
  return undefined;
}
