// What a heap consists of, by constructor, from V8's own snapshot. Sizes are shallow: what an object's fields lead to stands in lines of its own.
import { getHeapSnapshot } from 'node:v8';

/** How many there are of one kind, and their own bytes. */
export interface HeapLine {
  readonly count: number;
  readonly bytes: number;
}

/** By kind: `Mailbox`, or for what is everywhere also where it hangs: `Map (Units.open)`, `(array Units.open.table)`. */
export type HeapSummary = ReadonlyMap<string, HeapLine>;

/** V8's format: flat lists of numbers that `meta` explains. */
interface RawSnapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: [string[]]; readonly edge_fields: string[]; readonly edge_types: [string[]] } };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

/** Kinds that say little without the place where they hang. */
const EVERYWHERE = new Set(['Object', 'Array', 'Map', 'Set', 'Promise', 'WeakMap', 'WeakRef', 'Uint8Array', 'Buffer', 'ArrayBuffer', 'Error', 'Function', 'system / Context', '(closure)', '()']);

/** Holders that are V8's or Node's own; what hangs there is summed up. */
const FOREIGN = /^($|\(|system \/|Node \/|ModuleWrap$)/;
const REST = '(code, V8 and Node)';
const MAX_STEPS = 6;

/** Takes a snapshot (V8 collects garbage before it) and adds it up. Blocks for seconds on a large heap. */
export async function summarizeHeap(): Promise<HeapSummary> {
  const chunks: Buffer[] = [];
  for await (const chunk of getHeapSnapshot()) chunks.push(chunk as Buffer);
  const graph = new HeapGraph(JSON.parse(Buffer.concat(chunks).toString()) as RawSnapshot);
  const lines = new Map<string, { count: number; bytes: number }>();
  for (let node = 0; node < graph.size; node++) {
    const label = graph.label(node);
    const line = lines.get(label);
    if (line) {
      line.count++;
      line.bytes += graph.bytes(node);
    } else lines.set(label, { count: 1, bytes: graph.bytes(node) });
  }
  return lines;
}

/** A summary outside of the heap, so that keeping it does not change what the next one tells. */
export function packSummary(summary: HeapSummary): Uint8Array {
  return Buffer.from(JSON.stringify([...summary]));
}

/** The summary that was packed. */
export function unpackSummary(packed: Uint8Array): HeapSummary {
  return new Map(JSON.parse(Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString()) as [string, HeapLine][]);
}

/** What came to be between two summaries, per each of `share` things, largest first; lines under half a byte each are left out. */
export function compareHeaps(before: HeapSummary, after: HeapSummary, share: number): { readonly kind: string; readonly count: number; readonly bytes: number }[] {
  const grown = [...after].map(([kind, { count, bytes }]) => {
    const earlier = before.get(kind);
    return { kind, count: (count - (earlier?.count ?? 0)) / share, bytes: (bytes - (earlier?.bytes ?? 0)) / share };
  });
  return grown.filter(({ bytes }) => Math.abs(bytes) >= 0.5).sort((a, b) => b.bytes - a.bytes);
}

/** A snapshot with the shortest way from the root to each node, which names the nameless. */
class HeapGraph {
  readonly size: number;
  private readonly width: number;
  private readonly at: { readonly type: number; readonly name: number; readonly bytes: number; readonly edges: number };
  private readonly parents: Int32Array;
  private readonly parentEdges: Int32Array;

  constructor(private readonly raw: RawSnapshot) {
    const { node_fields: fields } = raw.snapshot.meta;
    this.width = fields.length;
    this.at = { type: fields.indexOf('type'), name: fields.indexOf('name'), bytes: fields.indexOf('self_size'), edges: fields.indexOf('edge_count') };
    this.size = raw.nodes.length / this.width;
    this.parents = new Int32Array(this.size).fill(-1);
    this.parentEdges = new Int32Array(this.size).fill(-1);
    this.walk();
  }

  bytes(node: number): number {
    return this.field(node, this.at.bytes);
  }

  label(node: number): string {
    const type = this.type(node);
    const name = this.name(node);
    if (type === 'object' && !EVERYWHERE.has(name)) return FOREIGN.test(name) ? REST : name;
    if (type === 'code' || type === 'synthetic' || type === 'native') return REST;
    const place = this.place(node);
    if (place === REST) return REST;
    if (type === 'object') return `${name} (${place})`;
    if (type === 'closure') return `function ${name} (${place})`;
    if (type.endsWith('string')) return `string (${place})`;
    return type === 'number' ? `number (${place})` : `(${type} ${place})`;
  }

  /** `Constructor.field`: the nearest holder with a name that tells something, and the way down from it. */
  private place(node: number): string {
    const steps: string[] = [];
    let at = node;
    while (this.parents[at]! >= 0 && steps.length < MAX_STEPS) {
      steps.unshift(this.edgeName(this.parentEdges[at]!));
      at = this.parents[at]!;
      if (this.type(at) === 'object' && !EVERYWHERE.has(this.name(at))) break;
    }
    return FOREIGN.test(this.name(at)) ? REST : `${this.name(at)}.${steps.join('.')}`;
  }

  private walk(): void {
    const { edges, snapshot: { meta } } = this.raw;
    const edgeWidth = meta.edge_fields.length;
    const weak = meta.edge_types[0].indexOf('weak');
    const firstEdges = this.firstEdges();
    const queue = new Int32Array(this.size);
    let end = 1;
    for (let next = 0; next < end; next++) {
      const node = queue[next]!;
      for (let edge = firstEdges[node]!; edge < firstEdges[node + 1]!; edge++) {
        const target = edges[edge * edgeWidth + 2]! / this.width;
        if (edges[edge * edgeWidth] === weak || target === 0 || this.parents[target]! >= 0) continue;
        this.parents[target] = node;
        this.parentEdges[target] = edge;
        queue[end++] = target;
      }
    }
  }

  private firstEdges(): Int32Array {
    const first = new Int32Array(this.size + 1);
    for (let node = 0; node < this.size; node++) first[node + 1] = first[node]! + this.field(node, this.at.edges);
    return first;
  }

  /** Numbered ones (elements, slots) are told by `[]`. */
  private edgeName(edge: number): string {
    const { edges, strings, snapshot: { meta } } = this.raw;
    const at = edge * meta.edge_fields.length;
    const type = meta.edge_types[0][edges[at]!];
    if (type === 'element' || type === 'hidden') return '[]';
    const name = strings[edges[at + 1]!] ?? '';
    return /^\d+( |$)|^part of key/.test(name) ? '[]' : name;
  }

  private field(node: number, offset: number): number {
    return this.raw.nodes[node * this.width + offset]!;
  }

  private type(node: number): string {
    return this.raw.snapshot.meta.node_types[0][this.field(node, this.at.type)]!;
  }

  private name(node: number): string {
    return this.raw.strings[this.field(node, this.at.name)]!;
  }
}
