// The wait-for graph of this silo's mailboxes, read from the mailboxes themselves: a queued call waits for every chain that holds
// its mailbox (or, while the actor ends, the actor), and a chain waits for all of its queued calls (an AND graph, so each cycle is a deadlock: Knapp, 1987).
// For its own chain a call waits under reentrancy `none` only: for the turns of the chain that are open there, and so for the calls that these made.
import { CallCycleError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { CallChain } from './call-chain.js';
import type { PendingCall } from './pending-call.js';

/**
 * The queued calls that form a circle with `call`, starting with `call` itself, or `undefined`. `call` stands in a queue already.
 */
export function findCycle(call: PendingCall): readonly PendingCall[] | undefined {
  return search(call, call.chain, [], new Set([call]));
}

/** Behind the name of whom a call waits for that has handed over. */
export const BY_TAIL_CALL = ' (tail call)';

export function nameInCircle({ envelope: { target }, mailbox }: PendingCall): string {
  return mailbox?.chainOfSteps === undefined ? printEntityId(target) : `${printEntityId(target)}${BY_TAIL_CALL}`;
}

/** The error for the call that is given up so that the others of the circle can go on; names the entities in order. */
export function cycleError(cycle: readonly PendingCall[]): CallCycleError {
  // A turn that waits for a hook of its entity, and who waits for the turn there, stand at the same place.
  const names = cycle.map(nameInCircle).filter((name, at, all) => name !== all[at - 1]);
  names.push(names[0]!);
  return new CallCycleError(`the call would wait for itself: ${names.join(' → ')}; it did not run`, { cycle: names });
}

/** A chain that waits is in others' way somewhere now: circles may have closed, several of them through one call. Of each the youngest queued call is given up. */
export function breakCycles(chain: CallChain): void {
  for (const waiting of [...chain.waiting!]) while (waiting.state === 'queued' && breakCycle(waiting));
}

/** False: there is none. */
function breakCycle(waiting: PendingCall): boolean {
  const cycle = findCycle(waiting);
  if (!cycle) return false;
  const youngest = cycle.reduce((a, b) => (placeOf(a) > placeOf(b) ? a : b));
  youngest.mailbox?.withdraw(youngest);
  youngest.fail(cycleError(cycle));
  return true;
}

/** One that has handed over came before all: what it waits for has begun, and it stays where it is. */
function placeOf({ mailbox, queuedAs }: PendingCall): number {
  return mailbox?.chainOfSteps === undefined ? queuedAs : 0;
}

function search(call: PendingCall, goal: CallChain, path: PendingCall[], seen: Set<CallChain | PendingCall>): readonly PendingCall[] | undefined {
  path.push(call);
  for (const holder of call.mailbox?.waitsFor(call) ?? []) {
    const isOwn = call.chain.isWithin(holder);
    if (!isOwn && holder === goal) return [...path];
    if (!isOwn && seen.has(holder)) continue;
    if (!isOwn) seen.add(holder);
    for (const queued of isOwn ? call.mailbox!.ownCallsInTheWay(holder) : (holder.waiting ?? [])) {
      if (queued === path[0]) return [...path];
      if (seen.has(queued)) continue;
      seen.add(queued);
      const found = search(queued, goal, path, seen);
      if (found) return found;
    }
  }
  path.pop();
  return undefined;
}
