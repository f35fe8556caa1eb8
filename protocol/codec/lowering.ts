// Lowering: one walk over a user's value that makes the tree of WireNodes for it. Owns: the path to where it is, and the objects it has met.
//   L1. The tree holds none of the user's containers, only new ones; bytes are views, which whoever reads the tree copies.
//   L2. Each object is lowered once; met again it is a `repeat` node with its number in the order of meeting (W3).
//   L3. When the walk throws, its path still says where.
import { NotSerializableError } from '../errors/index.js';
import type { ReferenceCodec } from './codec.js';
import type { Expected, LoweringWalk } from './lowering-walk.js';
import { IdentityMap } from './identity-map.js';
import { lowerBuiltIn } from './lower-built-in.js';
import { lowerInstance } from './lower-instance.js';
import { isPlainArray, isPlainPrototype } from './plain.js';
import { refuse } from './refusal.js';
import { isUtf8Safe, lowerText } from './text.js';
import { printPath, type Step } from './value-path.js';
import { MAX_DEPTH, Tag, type WireNode } from './wire-node.js';

const MAX_INT64 = 0x7fff_ffff_ffff_ffffn;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;

/** One walk from a value to a tree that MessagePack can hold. */
export class Lowering implements LoweringWalk {
  private readonly steps: Step[] = [];
  private readonly met = new IdentityMap<number>();
  private repeats = false;

  constructor(private readonly root: string, private readonly references: ReferenceCodec | undefined) {}

  /** The tree of a whole value. Throws `NotSerializableError`, or what a getter of the value threw. */
  run(value: unknown): unknown {
    const tree = this.lower(value);
    return this.repeats ? [null, Tag.graph, tree] : tree;
  }

  get path(): string {
    return printPath(this.root, this.steps);
  }

  child(step: Step, value: unknown, expected?: Expected): unknown {
    if (typeof value === 'number' && expected === undefined) return lowerNumber(value);
    if (typeof value === 'string' && expected === undefined) return lowerText(value);
    this.steps.push(step);
    const tree = this.lower(value, expected);
    this.steps.pop();
    return tree;
  }

  appendFields(node: WireNode, names: readonly string[], source: object, from = 0): WireNode {
    for (let i = from; i < names.length; i++) {
      const name = names[i] as string;
      node.push(lowerText(name), this.child(name, (source as Record<string, unknown>)[name]));
    }
    return node;
  }

  private lower(value: unknown, expected?: Expected): unknown {
    const coerced = expected === undefined ? value : expected.type.coerce(value, expected.parent);
    switch (typeof coerced) {
      case 'string': return lowerText(coerced);
      case 'number': return lowerNumber(coerced);
      case 'bigint': return coerced <= MAX_UINT64 && coerced >= -MAX_INT64 - 1n ? coerced : [null, Tag.bigint, coerced.toString(16)];
      case 'object': return coerced === null ? null : this.lowerObject(coerced, expected);
      case 'boolean':
      case 'undefined': return coerced;
      case 'function': return this.references?.isReference(coerced) ? this.lowerObject(coerced, expected) : this.refuse(coerced);
      case 'symbol': return this.refuse(coerced);
    }
  }

  private lowerObject(value: object, expected: Expected | undefined): unknown {
    const number = this.met.get(value);
    if (number !== undefined) {
      this.repeats = true;
      return [null, Tag.repeat, number];
    }
    if (this.steps.length >= MAX_DEPTH) {
      const path = `${printPath(this.root, this.steps.slice(0, 8))}…`;
      throw new NotSerializableError(`${path}: nested deeper than ${MAX_DEPTH} levels`, { path });
    }
    this.met.add(value, this.met.size);
    if (this.references?.isReference(value)) return this.lowerReference(value, this.references);
    if (isPlainArray(value)) return this.lowerArray(value, expected);
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (isPlainPrototype(prototype)) return this.lowerPlain(value);
    if (prototype === null) return this.appendFields([null, Tag.bare], Object.keys(value), value);
    return lowerBuiltIn(value, prototype, this, expected) ?? lowerInstance(value, prototype, this, expected);
  }

  private refuse(value: unknown): never {
    throw refuse(value, this.path);
  }

  private lowerReference(value: object, references: ReferenceCodec): WireNode {
    const { type, key, component } = references.toId(value);
    return component === undefined ? [null, Tag.reference, type, key] : [null, Tag.reference, type, key, component];
  }

  private lowerPlain(value: object): unknown {
    const names = Object.keys(value);
    const tree: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      if (isOddName(name)) {
        const before = names.slice(0, i).flatMap((done) => [done, tree[done]]);
        return this.appendFields([null, Tag.object, ...before], names, value, i);
      }
      tree[name] = this.child(name, (value as Record<string, unknown>)[name]);
    }
    return tree;
  }

  private lowerArray(value: readonly unknown[], expected: Expected | undefined): unknown {
    const node: unknown[] = value[0] === null ? [null, Tag.array] : [];
    const start = node.length;
    for (let i = 0; i < value.length; i++) {
      const element = value[i];
      if (element === undefined && !(i in value)) return this.lowerSparse(value, node.slice(start), expected);
      node.push(this.child(i, element, expected));
    }
    return node;
  }

  private lowerSparse(value: readonly unknown[], before: readonly unknown[], expected: Expected | undefined): WireNode {
    const node: WireNode = [null, Tag.sparse, value.length, ...before.flatMap((tree, i) => [i, tree])];
    for (const name of Object.keys(value)) {
      const index = Number(name) >>> 0;
      if (String(index) !== name || index < before.length) continue;
      node.push(index, this.child(index, value[index], expected));
    }
    return node;
  }
}

/** A name that msgpackr would read as something else, or UTF-8 would change (W2). */
function isOddName(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || !isUtf8Safe(name);
}

function lowerNumber(value: number): number | WireNode {
  return Object.is(value, -0) ? [null, Tag.negativeZero] : value;
}
