// SerializableRegistry. Owns: which class has which wire name, for this process. Does not own: how a value of the class is written (the codec).
//   R1. A wire name means one class, and a class has one wire name.   R2. A name is the class's own: a subclass needs one itself.
//   R3. While a module is loaded anew, its classes take the names of those that they replace: all of them at its end, or none. Instances of the
//       old classes keep their name; what is decoded is of the new ones.
// It is process-wide on purpose: a class is registered where it is declared, before any silo or client exists.
import { isWireName } from './actor-id.js';
import { ConfigurationError } from './errors/index.js';

/** Any class, also one with a private or an abstract constructor. */
export type SerializableClass = abstract new (...args: never[]) => object;

const classes = new Map<string, SerializableClass>();
const names = new WeakMap<SerializableClass, string>();
/** R3. */
let replacing: Map<string, SerializableClass> | undefined;

/**
 * Lets instances of `Class` be copied and sent under `name`. The same pair again changes nothing; a name that another class has, or a
 * second name for one class, is a `ConfigurationError` that names both.
 */
export function registerSerializable(name: string, Class: SerializableClass): void {
  if (!isWireName(name)) {
    throw new ConfigurationError(`@Serializable name of class ${printClass(Class)}: expected a letter or _, then letters, digits, _ . -, 64 at most, got ${JSON.stringify(name)}`);
  }
  const table = replacing ?? classes;
  const holder = table.get(name);
  if (holder === Class || (replacing && classes.get(name) === Class)) return;
  if (holder !== undefined) {
    throw taken(name, Class, holder);
  }
  const earlier = names.get(Class);
  if (earlier !== undefined) {
    throw new ConfigurationError(`class ${printClass(Class)} cannot be serializable as "${name}": it already is as "${earlier}"`);
  }
  table.set(name, Class);
  names.set(Class, name);
}

/** R3. Resolves with what `load` does and with what makes its classes those of their names. Loads that overlap are a mistake of the caller's. */
export async function replaceSerializables<T>(load: () => Promise<T>): Promise<{ readonly value: T; readonly adopt: () => void }> {
  if (replacing) throw new ConfigurationError('modules are being loaded anew already: one at a time');
  const fresh = (replacing = new Map<string, SerializableClass>());
  try {
    const value = await load();
    return { value, adopt: () => fresh.forEach((Class, name) => classes.set(name, Class)) };
  } finally {
    replacing = undefined;
  }
}

/** The wire name of exactly this class (R2), or `undefined`. */
export function serializableName(Class: SerializableClass): string | undefined {
  return names.get(Class);
}

/** The class that has this wire name in this process, or `undefined` when nobody imported it. */
export function serializableClass(name: string): SerializableClass | undefined {
  return classes.get(name);
}

function taken(name: string, Class: SerializableClass, holder: SerializableClass): ConfigurationError {
  const isSameText = Class.name === holder.name && String(Class) === String(holder);
  return new ConfigurationError(isSameText
    ? `serializable name "${name}" is taken by another class ${printClass(Class)}, written alike: if one file is loaded by two paths or URLs, or a package `
      + 'in two copies, load it once; if these are two classes, give one of them another name'
    : `serializable name "${name}" of class ${printClass(Class)} is taken by class ${printClass(holder)}; give one of them another (@Serializable and @ActorEvent share theirs)`);
}

function printClass(Class: SerializableClass): string {
  return Class.name || '(anonymous)';
}
