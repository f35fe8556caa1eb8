// How decorators check their options: every key is known, implemented, and of the right kind, or the class does not load.
import { ConfigurationError } from '../protocol/errors/index.js';
import { notImplemented } from '../protocol/errors/not-implemented.js';
import { isWireName } from '../protocol/actor-id.js';
import type { StandardSchema } from '../protocol/standard-schema.js';

export interface KnownOptions {
  /** Options that this version implements, in the order in which messages list them. */
  readonly known: readonly string[];
  /** Options of the public contract that this version refuses. */
  readonly later: readonly string[];
}

/** Returns the options as a record; throws `ConfigurationError` for anything but a plain object, for unknown keys and for keys of a later version. */
export function checkOptions(where: string, options: unknown, { known, later }: KnownOptions): Readonly<Record<string, unknown>> {
  if (!isRecord(options)) throw new ConfigurationError(`${where}: expected an options object, got ${describe(options)}`);
  for (const [key, value] of Object.entries(options)) {
    if (known.includes(key)) continue;
    if (!later.includes(key)) {
      const list = known.length > 0 ? `known options: ${known.join(', ')}` : 'it takes none';
      throw new ConfigurationError(`${where}: unknown option "${key}"; ${list}`);
    }
    if (value !== undefined) throw notImplemented(`${where}: option "${key}"`);
  }
  return options;
}

/** `value`, or the first of `choices` when it is absent. Choices that are not in `implemented` are refused as such. */
export function checkChoice<T extends string>(where: string, key: string, value: unknown, choices: readonly T[], implemented: readonly T[]): T {
  if (value === undefined) return choices[0]!;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) {
    throw new ConfigurationError(`${where}: option "${key}" is ${describe(value)}; expected ${choices.map((name) => `'${name}'`).join(', ')}`);
  }
  if (!implemented.includes(choice)) throw notImplemented(`${where}: option "${key}: '${choice}'"`);
  return choice;
}

/** A wire name, or a `ConfigurationError` that says what a name looks like. */
export function checkName(where: string, name: unknown): string {
  if (isWireName(name)) return name;
  throw new ConfigurationError(
    `${where}: ${describe(name)} is not a name; expected a letter or _, then letters, digits, _ . or -, at most 64 in all`,
  );
}

/** The wire name of a class: the option when it is set, else the class's own name. */
export function classWireName(where: string, target: { readonly name: string }, option: unknown): string {
  if (option !== undefined) return checkName(`${where}: option "name"`, option);
  if (isUnnamed(target)) throw new ConfigurationError(`${where}: a class without a name needs the option "name"`);
  if (isWireName(target.name)) return target.name;
  throw new ConfigurationError(`${where}: ${describe(target.name)} is not a wire name; give it one of letters, digits, _ . or - with the option "name"`);
}

/** Without a name of its own: tsc and esbuild call what `export default class { … }` makes default_1, which two files would have. */
export function isUnnamed(target: { readonly name: string }): boolean {
  return target.name === '' || /^default(_\d+)?$|_default$/.test(target.name);
}

/** True for what follows the Standard Schema interface, version 1; schemas may be objects or functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard = (value as Partial<StandardSchema>)['~standard'];
  return typeof standard === 'object' && standard !== null && standard.version === 1 && typeof standard.validate === 'function';
}

/** A value as a message shows it: strings quoted, classes by name. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return value.name === '' ? 'a function' : value.name;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** True for an object literal: not an array, not an instance of a class. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
