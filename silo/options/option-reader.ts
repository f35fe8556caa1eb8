import { ConfigurationError } from '../../protocol/errors/index.js';

/** Checks one value and returns what it means; throws `ConfigurationError` that begins with `path`. */
export type OptionCheck<T> = (value: unknown, path: string) => T;

/** What one section of the options may hold. */
export interface Section {
  readonly known: readonly string[];
  /** Options of the contract that this version lacks, with what to do without them. */
  readonly planned?: Readonly<Record<string, string>>;
}

/**
 * Reads one section (an object) of the options. Refuses, by path, what is no object, options that nobody knows and those that are
 * not implemented yet: nothing is ever ignored. An option that is `undefined` counts as absent.
 */
export class OptionReader {
  private readonly values: Readonly<Record<string, unknown>>;

  constructor(value: unknown, private readonly path: string, section: Section) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ConfigurationError(`${path || 'the silo options'}: ${printValue(value)} is not an object; known options: ${printNames(section)}`);
    }
    this.values = value as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(this.values)) this.refuseUnlessKnown(name, section);
  }

  /** The checked value, or `undefined` when it is absent. */
  read<T>(name: string, check: OptionCheck<T>): T | undefined {
    const value = this.values[name];
    return value === undefined ? undefined : check(value, this.pathOf(name));
  }

  pathOf(name: string): string {
    return this.path ? `${this.path}.${name}` : name;
  }

  private refuseUnlessKnown(name: string, section: Section): void {
    if (section.known.includes(name) || this.values[name] === undefined) return;
    const advice = Object.hasOwn(section.planned ?? {}, name) ? section.planned?.[name] : undefined;
    if (advice !== undefined) throw new ConfigurationError(`${this.pathOf(name)} is not implemented in this version; ${advice}`);
    throw new ConfigurationError(`${this.pathOf(name)} is not an option; known: ${printNames(section)}`);
  }
}

/** A value as an error message shows it: JSON, or the kind of thing it is; at most 80 characters. */
export function printValue(value: unknown): string {
  if (typeof value === 'string') return `'${shorten(value)}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}

function printNames(section: Section): string {
  return [...section.known].sort().join(', ');
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
