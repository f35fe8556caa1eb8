// Instances of the user's classes on their way to the wire: registered ones by name, others only as the @Type of a member that names them.
import { serializableName, type SerializableClass } from '../serializable-registry.js';
import { planOf } from './class-plan.js';
import { essenceOf, isEssence, type ErrorField } from './error-shape.js';
import { ownClass } from './fieldwise.js';
import type { Expected, LoweringWalk } from './lowering-walk.js';
import { appendErrorFields } from './lower-built-in.js';
import { builtInBase, refuse } from './refusal.js';
import { lowerText } from './text.js';
import { Tag, type WireNode } from './wire-node.js';

/** The node of an instance. Throws `NotSerializableError` for classes that are not known. */
export function lowerInstance(value: object, prototype: object, walk: LoweringWalk, expected: Expected | undefined): WireNode {
  const Class = ownClass(prototype);
  if (Class === undefined) throw refuse(value, walk.path);
  const name = serializableName(Class);
  if (name !== undefined) {
    if (builtInBase(value) !== undefined) throw refuse(value, walk.path);
    const essence = value instanceof Error ? essenceOf(value) : [];
    return appendMembers(appendErrorFields([null, Tag.instance, name], essence, walk), value, Class, walk);
  }
  const accepted = expected?.type.accepts(Class, expected.parent);
  if (accepted === undefined || value instanceof Error || builtInBase(value) !== undefined) throw refuse(value, walk.path);
  // Whoever restores the member knows the class from its @Type, so it goes as plain fields.
  const discriminator: readonly ErrorField[] = accepted.discriminator === undefined ? [] : [accepted.discriminator];
  return appendMembers(appendErrorFields([null, Tag.object], discriminator, walk), value, Class, walk);
}

function appendMembers(node: WireNode, value: object, Class: SerializableClass, walk: LoweringWalk): WireNode {
  const isError = value instanceof Error;
  const plan = planOf(Class);
  if (plan === undefined) return walk.appendFields(node, isError ? Object.keys(value).filter((name) => !isEssence(value, name)) : Object.keys(value), value);
  for (const field of plan.fieldsOf(value as Record<string, unknown>)) {
    if (isError && isEssence(value, field.name)) continue;
    const expected = field.type === undefined ? undefined : { type: field.type, parent: value };
    node.push(lowerText(field.name), walk.child(field.name, field.value, expected));
  }
  return node;
}
