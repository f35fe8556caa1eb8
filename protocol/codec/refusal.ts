// Refusals: what the codec says about values that cannot be copied.
import { NotSerializableError } from '../errors/index.js';
import { serializableName, type SerializableClass } from '../serializable-registry.js';

/** The class (or kind) of a value as its user calls it: `Socket`, `function onHit`, `Symbol(id)`. */
export function describeValue(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value !== 'object' || value === null) {
    const primitive = value as string | symbol | null;
    return String(primitive);
  }
  const name: unknown = classOf(value)?.name;
  return typeof name === 'string' && name !== '' ? name : 'an instance of an unnamed class';
}

/** `NotSerializableError` for a value at `path`, with what its author can do about it. */
export function refuse(value: unknown, path: string): NotSerializableError {
  return new NotSerializableError(`${path}: ${describeValue(value)} cannot be copied or sent; ${adviseOn(value)}`, { path });
}

function adviseOn(value: unknown): string {
  if (typeof value === 'symbol') return 'a symbol is known in one process only';
  if (typeof value === 'function') return 'pass data, or a handle to an actor that has the method';
  if (value instanceof Promise) return 'await it, and pass its result';
  const Class = classOf(value as object);
  const base = Class === undefined ? undefined : registeredBase(Class);
  if (Class !== undefined && serializableName(Class) !== undefined) {
    return `it is @Serializable, but extends ${builtInBase(value as object)}, whose content no class of your own can carry; hold one in a field instead`;
  }
  if (base !== undefined) return `its base class ${base.name} is @Serializable, but it is not itself`;
  return 'mark the class @Serializable(name), or pass its data';
}

function classOf(value: object): SerializableClass | undefined {
  const constructor: unknown = (Object.getPrototypeOf(value) as { constructor?: unknown } | null)?.constructor;
  return typeof constructor === 'function' ? (constructor as SerializableClass) : undefined;
}

function registeredBase(Class: SerializableClass): SerializableClass | undefined {
  for (let base: unknown = Object.getPrototypeOf(Class); typeof base === 'function'; base = Object.getPrototypeOf(base)) {
    if (serializableName(base as SerializableClass) !== undefined) return base as SerializableClass;
  }
  return undefined;
}

// Their content is in internal slots that a restore without constructor cannot fill. Errors are not among them: theirs is plain properties.
const SLOTTED = [Array, Map, Set, Date, RegExp, Promise, ArrayBuffer, DataView, Object.getPrototypeOf(Uint8Array) as typeof Uint8Array, WeakMap, WeakSet];

/** The built-in class that a value's class extends and whose content would be lost, or `undefined`. */
export function builtInBase(value: object): string | undefined {
  return SLOTTED.find((Class) => value instanceof Class)?.name;
}
