import { printEntityId } from '../../protocol/actor-id.js';
import { lineageOf } from '../links/lineage.js';
import { waitingEntities } from '../links/waiting-turns.js';
import { nameInCircle } from '../turns/wait-graph.js';
import type { CallChain } from '../turns/call-chain.js';
import type { PendingCall } from '../turns/pending-call.js';

/** A queued call as other silos need to know it, to find circles that go through several silos. */
export interface WaitingCall {
  /** Unique in the cluster. */
  readonly id: string;
  /** The entity in whose queue it stands. */
  readonly target: string;
  /** When it was queued, on its silo's wall clock. */
  readonly since: number;
  /** Its chain's id. */
  readonly chain: string;
  /** The chains that keep it waiting; a chain of tail calls stands for those of its steps. */
  readonly waitsFor: readonly string[];
  /** Those of them that are its own or a parent's: it waits only for their turns on its target (reentrancy `none`). */
  readonly waitsForOwn: readonly string[];
  /** It stands in the line of this service, and waits for any permit of it. */
  readonly service?: string | undefined;
  /** The entities whose open turns wait for it. */
  readonly awaitedBy: readonly string[];
}

/** What one silo looks at and reports, of those chains first that it has known for longest: calls in a circle do not leave, those before them do. */
export const MAX_WAITS = 2000;
/** Of chains that keep one call waiting: who waits for so many readers waits for each of them. */
const MAX_HOLDERS = 64;

/** The queued calls of `chains`, and those that they wait for on this silo, to any depth; at most `MAX_WAITS`. */
export function waitsOf(chains: Iterable<CallChain>): readonly PendingCall[] {
  const found = new Set<PendingCall>();
  const seen = new Set<CallChain>();
  const add = (chain: CallChain): void => {
    if (seen.has(chain)) return;
    seen.add(chain);
    for (const call of chain.waiting ?? []) if (found.size < MAX_WAITS) found.add(call);
  };
  for (const chain of chains) {
    if (found.size >= MAX_WAITS) break;
    add(chain);
  }
  // The set grows while it is walked.
  for (const call of found) {
    if (found.size >= MAX_WAITS) break;
    for (const holder of holdersOf(call)) add(holder);
  }
  return [...found];
}

/** The chains that keep the call waiting. */
export function holdersOf(call: PendingCall): readonly CallChain[] {
  const holders = call.mailbox?.waitsFor(call) ?? [];
  return holders.length > MAX_HOLDERS ? holders.slice(0, MAX_HOLDERS) : holders;
}

/** What is said of the call to other silos; `silo` is this one's incarnation. */
export function describeWait(call: PendingCall, silo: string): WaitingCall {
  const { caller } = call.envelope;
  const steps = call.mailbox?.chainOfSteps;
  const lineage = lineageOf(call.chain);
  const holders = holdersOf(call).map(({ id }) => id);
  return {
    id: steps === undefined ? `${silo} ${call.queuedAs}` : `${silo} ${steps}`,
    target: nameInCircle(call),
    // Never the youngest, whatever the clocks of two silos say: it is given up by nobody.
    since: steps === undefined ? call.queuedAtMs : 0,
    chain: call.chain.id,
    waitsFor: steps === undefined ? holders.filter((id) => !lineage.includes(id)) : [steps],
    waitsForOwn: holders.filter((id) => lineage.includes(id)),
    ...(call.mailbox?.service === undefined ? undefined : { service: call.mailbox.service }),
    awaitedBy: waitingEntities(caller).map(printEntityId),
  };
}
