// WaitGraph. The wait-for graph of several silos, as of one look: a queued call waits for the queued calls of the chains that keep it waiting (an
// AND graph, as on one silo: see silo/turns/wait-graph.ts). Between a call and those that it waits for stands their chain, so that thousands
// of calls that wait for one chain make as many edges and no more.
//   G1. Making it, and finding the knots (strongly connected components; path-based, Gabow 2000), costs as much as there is said of the calls.
import { tailServed } from '../turns/call-chain.js';
import type { WaitingCall } from './wait-report.js';

interface Node {
  /** Absent: a chain's calls, or those of them that one entity awaits. */
  readonly call?: WaitingCall;
  readonly edges: Node[];
  knot?: Knot;
}

/** Calls of which each waits for each. */
export interface Knot {
  readonly calls: readonly WaitingCall[];
}

export class WaitGraph {
  /** Edges that were walked: what finding has cost by now. */
  steps = 0;
  private readonly nodes = new Map<WaitingCall, Node>();
  /** By chain. */
  private readonly chains = new Map<string, Node>();
  /** By chain and awaiting entity. */
  private readonly awaited = new Map<string, Node>();

  constructor(calls: readonly WaitingCall[]) {
    for (const call of calls) {
      const node: Node = { call, edges: [] };
      this.nodes.set(call, node);
      nodeOf(this.chains, call.chain).edges.push(node);
      const tail = tailServed(call.chain);
      if (tail !== undefined) nodeOf(this.chains, tail).edges.push(node);
      for (const entity of call.awaitedBy) nodeOf(this.awaited, `${call.chain} ${entity}`).edges.push(node);
    }
    for (const { call, edges } of this.nodes.values()) {
      for (const chain of call!.waitsFor) addTo(edges, this.chains.get(chain));
      for (const chain of call!.waitsForOwn) addTo(edges, this.awaited.get(`${chain} ${call!.target}`));
    }
  }

  /** G1. Every circle lies within one of them, and there is one through each of its calls. */
  knots(): readonly Knot[] {
    const knots: Knot[] = [];
    const numbers = new Map<Node, number>();
    for (const node of this.nodes.values()) if (!numbers.has(node)) this.findKnots(node, numbers, knots);
    return knots;
  }

  /** A shortest circle through a call of the knot, beginning with it. */
  circleThrough(start: WaitingCall, knot: Knot): readonly WaitingCall[] {
    const first = this.nodes.get(start)!;
    const cameFrom = new Map<Node, Node>();
    const open = [first];
    // The list grows while it is walked.
    for (const node of open) {
      for (const next of node.edges) {
        this.steps++;
        if (next === first) return pathTo(node, cameFrom);
        if (next.knot !== knot || cameFrom.has(next)) continue;
        cameFrom.set(next, node);
        open.push(next);
      }
    }
    return [];
  }

  private findKnots(start: Node, numbers: Map<Node, number>, knots: Knot[]): void {
    const unassigned: Node[] = [];
    const roots: Node[] = [];
    const path: { readonly node: Node; at: number }[] = [];
    const enter = (node: Node): void => {
      numbers.set(node, numbers.size);
      unassigned.push(node);
      roots.push(node);
      path.push({ node, at: 0 });
    };
    enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = top.node.edges[top.at++];
      if (next === undefined) {
        path.pop();
        if (roots.at(-1) === top.node) closeKnot(top.node, unassigned, roots, numbers, knots);
        continue;
      }
      this.steps++;
      const number = numbers.get(next);
      if (number === undefined) enter(next);
      // Of a knot that is closed nothing leads back: Infinity is its number.
      else while (numbers.get(roots.at(-1)!)! > number) roots.pop();
    }
  }
}

/** The one to give up: queued last. Every silo chooses the same. */
export function youngest(circle: readonly WaitingCall[]): WaitingCall {
  return circle.reduce((a, b) => (a.since > b.since || (a.since === b.since && a.id > b.id) ? a : b));
}

function closeKnot(root: Node, unassigned: Node[], roots: Node[], numbers: Map<Node, number>, knots: Knot[]): void {
  roots.pop();
  const members = unassigned.splice(unassigned.lastIndexOf(root));
  for (const node of members) numbers.set(node, Infinity);
  // Alone, a call does not even wait for itself: its chain would be with it.
  if (members.length === 1) return;
  const knot = { calls: members.flatMap(({ call }) => call ?? []) };
  for (const node of members) node.knot = knot;
  knots.push(knot);
}

function nodeOf(nodes: Map<string, Node>, key: string): Node {
  let node = nodes.get(key);
  if (!node) nodes.set(key, (node = { edges: [] }));
  return node;
}

function addTo(edges: Node[], node: Node | undefined): void {
  if (node) edges.push(node);
}

function pathTo(end: Node, cameFrom: ReadonlyMap<Node, Node>): readonly WaitingCall[] {
  const path: WaitingCall[] = [];
  for (let node: Node | undefined = end; node; node = cameFrom.get(node)) if (node.call) path.push(node.call);
  return path.reverse();
}
