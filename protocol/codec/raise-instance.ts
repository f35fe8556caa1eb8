// Instances of the user's classes, restored from fields. No constructor of theirs runs.
import { serializableClass, type SerializableClass } from '../serializable-registry.js';
import { planOf, type ClassPlan } from './class-plan.js';
import { bareError, isEssence, setErrorFields } from './error-shape.js';
import type { Expected } from './lowering-walk.js';
import type { RaisingWalk } from './raising-walk.js';
import { BODY_START, Tag } from './wire-node.js';

type Fields = readonly (readonly [name: string, tree: unknown])[];

/** Raises fields into own properties of `target`, which was met already. */
export function raiseFields<T extends object>(target: T, fields: Fields, walk: RaisingWalk): T {
  for (const [name, tree] of fields) setOwn(target, name, walk.child(name, tree));
  return target;
}

/** The instance of an `instance` node; a plain object of its fields when this process has no class of that name. */
export function raiseInstance(node: readonly unknown[], walk: RaisingWalk): object {
  const [, , name] = node;
  if (typeof name !== 'string') return walk.fail('an instance of no class');
  const fields = walk.fieldsOf(node, BODY_START[Tag.instance]);
  const Class = serializableClass(name);
  if (Class !== undefined) return restore(Class, fields, walk);
  walk.missClass(name);
  return raiseFields(walk.meet({}), fields, walk);
}

/** The instance that fields become where the @Type of a member says so; `undefined` when they stay a plain object. */
export function raiseTyped(fields: Fields, walk: RaisingWalk, expected: Expected | undefined): object | undefined {
  const chosen = expected?.type.choose((name) => fields.find((field) => field[0] === name)?.[1], expected.parent);
  if (chosen === undefined) return undefined;
  return restore(chosen.Class, chosen.dropped === undefined ? fields : fields.filter(([name]) => name !== chosen.dropped), walk);
}

function restore(Class: SerializableClass, fields: Fields, walk: RaisingWalk): object {
  const prototype = Class.prototype as object;
  const isError = prototype instanceof Error;
  const target = walk.meet(isError ? bareError(prototype) : (Object.create(prototype) as object));
  const plan = planOf(Class);
  const planned: Record<string, unknown> = {};
  for (const [name, tree] of fields) {
    if (isError && isEssence(target, name)) setErrorFields(target as Error, [[name, walk.child(name, tree)]]);
    else if (plan !== undefined) setOwn(planned, name, raiseMember(plan, name, tree, target, walk));
    else restoreMember(target, name, tree, walk);
  }
  plan?.assign(target as Record<string, unknown>, planned);
  return target;
}

function raiseMember(plan: ClassPlan, name: string, tree: unknown, parent: object, walk: RaisingWalk): unknown {
  const type = plan.typeOf(name);
  return walk.child(name, tree, type === undefined ? undefined : { type, parent });
}

function restoreMember(target: object, name: string, tree: unknown, walk: RaisingWalk): void {
  const isInherited = name in target;
  // From outside, an own property of that name would stand before a method or a getter of the class (`isAdmin`).
  if (isInherited && walk.isUntrusted && !Object.hasOwn(target, name)) walk.fail(`${JSON.stringify(name)} is no field of the class`);
  const value = walk.child(name, tree);
  if (isInherited) setOwn(target, name, value);
  else (target as Record<string, unknown>)[name] = value;
}

// Never by assignment: `__proto__` would set the prototype, and a setter of the class would run.
function setOwn(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
}
