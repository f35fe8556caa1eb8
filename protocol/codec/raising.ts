// Raising: one walk over a tree of WireNodes that makes the user's value. Owns: the tree (it builds in place) and the numbered objects.
//   R1. Whatever the tree holds, the walk gives a value or throws `InvalidArgumentError` or `PayloadTooLargeError`; user code that it runs
//       (@Transform, setters) may throw what it likes, and the walk's path then says where.
//   R2. Objects are numbered as lowering numbered them (W3), before their children, so cycles close.
//   R3. From outside, shared objects count each time they occur and holes of arrays as elements: a reader that walks the value is never led
//       through more than `maxNodes`, and no small message stands for much memory.
//   R4. From outside, a Map or Set has `MAX_NUMBER_KEYS` numbers as keys at most: engines hash numbers predictably, and chosen ones all collide.
import { InvalidArgumentError, PayloadTooLargeError } from '../errors/index.js';
import type { DecodeOptions, ReferenceCodec } from './codec.js';
import type { Expected } from './lowering-walk.js';
import { raiseNode } from './raise-node.js';
import { raiseTyped } from './raise-instance.js';
import type { RaisingWalk } from './raising-walk.js';
import { raiseText } from './raise-text.js';
import { printPath, type Step } from './value-path.js';
import { Tag, contentSize } from './wire-node.js';

/** What a walk is allowed: for trusted bytes everything. */
export interface RaisingRules {
  readonly isUntrusted: boolean;
  readonly maxNodes: number;
  readonly onUnknownClass?: DecodeOptions['onUnknownClass'];
}

/** Rules for what this cluster wrote. */
export const TRUSTED: RaisingRules = { isUntrusted: false, maxNodes: Infinity };

/** One walk from a tree that MessagePack held to the value it stands for. */
export class Raising implements RaisingWalk {
  private readonly steps: Step[] = [];
  /** By number; only while a graph is raised. */
  private objects: object[] | undefined;
  private sizes: number[] = [];
  /** The value itself is one; each container counts what it holds. */
  private nodes = 1;

  constructor(
    private readonly root: string,
    readonly references: ReferenceCodec | undefined,
    private readonly rules: RaisingRules,
  ) {}

  get isUntrusted(): boolean {
    return this.rules.isUntrusted;
  }

  /** Where the walk is. */
  get path(): string {
    return printPath(this.root, this.steps);
  }

  /** The value of a whole tree. */
  run(tree: unknown): unknown {
    if (!Array.isArray(tree) || tree[0] !== null || tree[1] !== Tag.graph) return this.raise(tree, undefined);
    this.objects = [];
    return this.raise(tree[2], undefined);
  }

  child(step: Step, tree: unknown, expected?: Expected): unknown {
    if (typeof tree !== 'object' && expected === undefined) return tree;
    this.steps.push(step);
    const value = this.raise(tree, expected);
    this.steps.pop();
    return value;
  }

  meet<T extends object>(target: T): T {
    this.objects?.push(target);
    return target;
  }

  fieldsOf(node: readonly unknown[], start: number): (readonly [name: string, tree: unknown])[] {
    const fields: [string, unknown][] = [];
    for (let i = start; i < node.length; i += 2) {
      const name = this.nameOf(node[i]);
      if (i + 1 === node.length) this.fail(`a field without value`);
      fields.push([name, node[i + 1]]);
    }
    return fields;
  }

  missClass(name: string): void {
    this.rules.onUnknownClass?.(name, this.path);
  }

  fail(problem: string): never {
    const path = this.path;
    throw new InvalidArgumentError(`${path}: no encoding of a value: ${problem}`, { path });
  }

  count(values: number): void {
    this.nodes += values;
    if (this.nodes > this.rules.maxNodes) this.tooLarge(`more than ${this.rules.maxNodes} values, shared ones counted each time they occur`, this.rules.maxNodes);
  }

  tooLarge(problem: string, limit: number): never {
    const path = this.path;
    throw new PayloadTooLargeError(`${path}: ${problem}`, { limit, path });
  }

  private nameOf(tree: unknown): string {
    if (typeof tree === 'string') return tree;
    if (Array.isArray(tree) && tree[0] === null && tree[1] === Tag.text) return raiseText(tree[2], this);
    return this.fail('a field name that is no string');
  }

  private raise(tree: unknown, expected: Expected | undefined): unknown {
    const value = typeof tree === 'object' && tree !== null ? this.raiseObject(tree, expected) : tree;
    return expected === undefined ? value : expected.type.coerce(value, expected.parent);
  }

  private raiseObject(tree: object, expected: Expected | undefined): unknown {
    if (this.objects === undefined) return this.build(tree, expected);
    if (Array.isArray(tree) && tree[0] === null && tree[1] === Tag.repeat) return this.repeat(tree[2]);
    const number = this.objects.length;
    const before = this.nodes;
    this.count(contentSize(tree));
    const value = this.build(tree, expected);
    // A scalar node took no number; then this entry belongs to the next object, which overwrites it.
    this.sizes[number] = this.nodes - before;
    return value;
  }

  private build(tree: object, expected: Expected | undefined): unknown {
    if (Array.isArray(tree)) return tree[0] === null ? raiseNode(tree, this, expected) : this.raiseElements(tree, expected);
    // What is neither array nor map came as bytes.
    if (Object.getPrototypeOf(tree) !== Object.prototype) return this.fail('bytes outside a binary value');
    const typed = expected === undefined ? undefined : raiseTyped(Object.entries(tree), this, expected);
    return typed ?? this.raiseMembers(tree as Record<string, unknown>);
  }

  private raiseElements(array: unknown[], expected: Expected | undefined): unknown[] {
    this.meet(array);
    for (let i = 0; i < array.length; i++) {
      const tree = array[i];
      if (typeof tree === 'object' || expected !== undefined) array[i] = this.child(i, tree, expected);
    }
    return array;
  }

  private raiseMembers(object: Record<string, unknown>): object {
    this.meet(object);
    for (const name of Object.keys(object)) {
      const tree = object[name];
      // Names that could not be assigned are in `object` nodes (W2).
      if (typeof tree === 'object' && tree !== null) object[name] = this.child(name, tree);
    }
    return object;
  }

  private repeat(number: unknown): object {
    const target = typeof number === 'number' ? this.objects?.[number] : undefined;
    if (target === undefined) return this.fail('a repeat of an object that was not there');
    this.count(this.sizes[number as number] ?? 0);
    return target;
  }
}
