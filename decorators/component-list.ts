// The `components` option of @Actor. Entries are classes or thunks; thunks are called on first use, when all modules have loaded.
import { ConfigurationError } from '../protocol/errors/index.js';
import { actorMetadata, componentMetadata, inheritedNote } from './class-metadata.js';
import type { ComponentMetadata } from './metadata.js';
import { describe } from './options.js';

/** A component class, or a thunk that returns it (`() => Health`), for classes whose modules import each other. */
export type ComponentEntry = (new (context: never) => object) | (() => new (context: never) => object);

/**
 * Checks the entries and returns the function that resolves them, once and in order. It throws `ConfigurationError` for an entry that is
 * no `@Component` class, and for two components of one name. Undefined entries are refused at once.
 */
export function componentList(where: string, entries: unknown): () => readonly ComponentMetadata[] {
  if (entries !== undefined && !Array.isArray(entries)) {
    throw new ConfigurationError(`${where}: option "components" is ${describe(entries)}; expected an array of classes or thunks`);
  }
  // A copy without holes: changing the array afterwards changes nothing.
  const list = Array.from((entries ?? []) as readonly unknown[], (entry, index) => checkEntry(`${where}: components[${index}]`, entry));
  let resolved: readonly ComponentMetadata[] | undefined;
  return () => (resolved ??= resolveEntries(where, list));
}

type Entry = (...args: unknown[]) => unknown;

function checkEntry(where: string, entry: unknown): Entry {
  if (entry === undefined) throw notLoaded(where);
  if (typeof entry !== 'function') throw new ConfigurationError(`${where} is ${describe(entry)}; expected a @Component class or a thunk`);
  return entry as Entry;
}

function resolveEntries(where: string, entries: readonly Entry[]): readonly ComponentMetadata[] {
  const components = new Map<string, ComponentMetadata>();
  for (const [index, entry] of entries.entries()) {
    const component = resolveEntry(`${where}: components[${index}]`, entry);
    const twin = components.get(component.name);
    if (twin) {
      const classes = twin === component ? `class ${describe(component.target)} twice` : `classes ${describe(twin.target)} and ${describe(component.target)}`;
      throw new ConfigurationError(`${where}: two components are named "${component.name}" (${classes}); give each a name of its own`);
    }
    components.set(component.name, component);
  }
  return Object.freeze([...components.values()]);
}

function resolveEntry(where: string, entry: Entry): ComponentMetadata {
  const component = componentMetadata(entry);
  if (component) return component;
  // Arrow functions have no prototype; classes always do.
  if (Object.hasOwn(entry, 'prototype')) throw noComponent(where, entry);
  const result = callThunk(where, entry);
  if (result === undefined) throw notLoaded(`${where} (a thunk)`);
  const fromThunk = componentMetadata(result);
  if (fromThunk) return fromThunk;
  throw noComponent(`${where} (a thunk)`, result);
}

function callThunk(where: string, thunk: Entry): unknown {
  try {
    return thunk();
  } catch (cause) {
    throw new ConfigurationError(`${where}: the thunk threw: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function notLoaded(where: string): ConfigurationError {
  return new ConfigurationError(`${where} is undefined: its module has not loaded yet (circular import); write a thunk: () => TheClass`);
}

function noComponent(where: string, value: unknown): ConfigurationError {
  const reason = actorMetadata(value) ? 'an @Actor' : 'no @Component class';
  return new ConfigurationError(`${where}: ${describe(value)} is ${reason}${inheritedNote('Component', value)}; decorate it with @Component()`);
}
