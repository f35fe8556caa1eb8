import type { FieldType } from './field-type.js';
import type { Step } from './value-path.js';
import type { WireNode } from './wire-node.js';

/** The @Type that a member was declared with, and the object it is a member of. */
export interface Expected {
  readonly type: FieldType;
  readonly parent: object;
}

/** What the parts of a lowering walk ask of it. */
export interface LoweringWalk {
  /** Where the walk is. */
  readonly path: string;
  /** Lowers what is one step further into the value. */
  child(step: Step, value: unknown, expected?: Expected): unknown;
  /** Appends name, value, name, value of an object to a node. */
  appendFields(node: WireNode, names: readonly string[], source: object, from?: number): WireNode;
}
