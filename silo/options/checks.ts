// Checks of single option values. Each throws `ConfigurationError`: which option, which value, what was expected.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isWireName } from '../../protocol/actor-id.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { printValue, type OptionCheck } from './option-reader.js';

/** A non-empty string. `what` says what it is. */
export function checkText(what: string): OptionCheck<string> {
  return (value, path) => {
    if (typeof value === 'string' && value.length > 0) return value;
    return refuse(path, value, what, 'give a non-empty string');
  };
}

/** A name that can stand in keys and on the wire. */
export function checkName(value: unknown, path: string): string {
  if (isWireName(value)) return value;
  return refuse(path, value, 'a name', 'use a letter or _, then letters, digits, _ . -, at most 64');
}

/** 0 to 65535, as a number. */
export function checkPort(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  return refuse(path, value, 'a port', 'use a whole number from 0 to 65535');
}

/** A whole number above 0. */
export function checkCount(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  return refuse(path, value, 'a limit', 'use a whole number above 0');
}

/** True or false. */
export function checkSwitch(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : refuse(path, value, 'a switch', 'use true or false');
}

/** One of the given words. */
export function checkOneOf<Word extends string>(words: readonly Word[]): OptionCheck<Word> {
  return (value, path) => {
    const found = words.find((word) => word === value);
    return found ?? refuse(path, value, 'known', `use one of ${words.join(', ')}`);
  };
}

/** An object of strings. */
export function checkLabels(value: unknown, path: string): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(path, value, 'an object', "use { zone: 'a' }");
  for (const [name, label] of Object.entries(value)) {
    if (typeof label !== 'string' || label === '') refuse(`${path}.${name}`, label, 'a label', 'use a non-empty string');
  }
  return Object.freeze({ ...(value as Readonly<Record<string, string>>) });
}

/** `'*'`, or a list of origins (`https://game.example`), in the form browsers send. */
export function checkOrigins(value: unknown, path: string): readonly string[] | '*' {
  if (value === '*') return '*';
  if (!Array.isArray(value)) return refuse(path, value, 'a list', "use ['https://game.example'] or '*'");
  return value.map((origin: unknown, index) => {
    const isOrigin = typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin;
    return isOrigin ? origin : refuse(`${path}[${index}]`, origin, 'an origin', "use scheme, host and port alone: 'https://game.example'");
  });
}

/** A folder that exists; its absolute path. */
export function checkFolder(value: unknown, path: string): string {
  const isPath = (typeof value === 'string' && value !== '') || (value instanceof URL && value.protocol === 'file:');
  if (!isPath) return refuse(path, value, 'a folder', "give a path such as './public'");
  const folder = typeof value === 'string' && !value.startsWith('file:') ? resolve(value) : fileURLToPath(value);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  return refuse(path, String(value), 'a folder', `create ${folder}, or give another path`);
}

/** `<path>: <value> is not <what>; <way out>`. */
export function refuse(path: string, value: unknown, what: string, wayOut: string): never {
  throw new ConfigurationError(`${path}: ${printValue(value)} is not ${what}; ${wayOut}`);
}
