// The wait-for graph of several silos: a queued call waits for the queued calls of the chains that keep it waiting (an AND graph, as on one
// silo: see silo/turns/wait-graph.ts).
import type { WaitingCall } from './wait-report.js';

/** A circle through `start`, beginning with it, or `undefined`. */
export function findCircle(start: WaitingCall, calls: readonly WaitingCall[]): readonly WaitingCall[] | undefined {
  const byChain = new Map<string, WaitingCall[]>();
  for (const call of calls) {
    const list = byChain.get(call.chain);
    if (list) list.push(call);
    else byChain.set(call.chain, [call]);
  }
  const cameFrom = new Map<WaitingCall, WaitingCall>();
  const open = [start];
  for (let call = open.pop(); call; call = open.pop()) {
    for (const next of keepWaiting(call, byChain)) {
      if (next.id === start.id) return pathTo(call, start, cameFrom);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, call);
      open.push(next);
    }
  }
  return undefined;
}

/** The one to give up: queued last. Every silo chooses the same. */
export function youngest(circle: readonly WaitingCall[]): WaitingCall {
  return circle.reduce((a, b) => (a.since > b.since || (a.since === b.since && a.id > b.id) ? a : b));
}

function* keepWaiting(call: WaitingCall, byChain: ReadonlyMap<string, readonly WaitingCall[]>): Generator<WaitingCall> {
  for (const chain of call.waitsFor) yield* byChain.get(chain) ?? [];
  for (const chain of call.waitsForOwn) for (const next of byChain.get(chain) ?? []) if (next.awaitedBy.includes(call.target)) yield next;
}

function pathTo(end: WaitingCall, start: WaitingCall, cameFrom: ReadonlyMap<WaitingCall, WaitingCall>): readonly WaitingCall[] {
  const path: WaitingCall[] = [];
  for (let call: WaitingCall | undefined = end; call && call.id !== start.id; call = cameFrom.get(call)) path.unshift(call);
  return [start, ...path];
}
