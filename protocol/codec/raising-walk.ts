import type { ReferenceCodec } from './codec.js';
import type { Expected } from './lowering-walk.js';
import type { Step } from './value-path.js';

/** What the parts of a raising walk ask of it. */
export interface RaisingWalk {
  readonly references: ReferenceCodec | undefined;
  /** The values come from outside: nothing may shadow what a class computes. */
  readonly isUntrusted: boolean;
  /** Takes part in the numbering of objects (W3): called once for each object, before its children are raised. */
  meet<T extends object>(target: T): T;
  /** Raises what is one step further into the tree. */
  child(step: Step, tree: unknown, expected?: Expected): unknown;
  /** Raises name, value, name, value of a node into own properties; `node` may hold anything. */
  fieldsOf(node: readonly unknown[], start: number): readonly (readonly [name: string, tree: unknown])[];
  /** This process has no class of that name; may throw. */
  missClass(name: string): void;
  /** Counts values that the tree holds no bytes for. Throws `PayloadTooLargeError` when there are more than the limits allow. */
  count(values: number): void;
  /** Throws `PayloadTooLargeError` naming the path. */
  tooLarge(problem: string, limit: number): never;
  /** Throws `InvalidArgumentError`: the tree is none that a codec wrote. */
  fail(problem: string): never;
}
