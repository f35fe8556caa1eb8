import { serializableName, type SerializableClass } from '../serializable-registry.js';
import { planOf } from './class-plan.js';
import { builtInBase } from './refusal.js';

const known = new WeakSet<object>();

/** True for prototypes of registered classes whose instances are their own fields and nothing more: no transforms, no error, no built-in's slots. */
export function isFieldwise(prototype: object): boolean {
  if (known.has(prototype)) return true;
  const Class = ownClass(prototype);
  if (Class === undefined || serializableName(Class) === undefined || prototype instanceof Error) return false;
  if (planOf(Class) !== undefined || builtInBase(prototype) !== undefined) return false;
  known.add(prototype);
  return true;
}

/** The class whose prototype this is: an object made from an instance (`Object.create(vec)`) is no instance of the class. */
export function ownClass(prototype: object): SerializableClass | undefined {
  const Class: unknown = Object.hasOwn(prototype, 'constructor') ? prototype.constructor : undefined;
  return typeof Class === 'function' && Class.prototype === prototype ? (Class as SerializableClass) : undefined;
}
