// Finds the actors that a silo hosts: expands globs, loads files, collects the decorated classes that they export.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { glob, isDynamicPattern } from 'tinyglobby';
import { actorMetadata, componentMetadata, type Constructor } from '../../decorators/index.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { ModuleSource } from '../silo-options.js';

/** The decorated classes of the modules, each once, in the order of the modules and of their exports. */
export interface LoadedModules {
  readonly actors: readonly Constructor[];
  readonly components: readonly Constructor[];
}

const IS_URL = /^[a-z][a-z0-9+.-]+:/i;

/**
 * Loads `modules`: globs, paths (from the working directory) and URLs are imported; classes and namespaces are taken as they are. Exports
 * that are neither actors nor components are passed over. Throws `ConfigurationError` for a glob without a match, a module that does not
 * load (with the cause), a class without `@Actor` or `@Component`, and when there is no actor in any of them.
 */
export async function loadModules(modules: readonly ModuleSource[]): Promise<LoadedModules> {
  const actors = new Set<Constructor>();
  const components = new Set<Constructor>();
  for (const [index, source] of modules.entries()) {
    for (const exported of await exportsOf(source, `modules[${index}]`)) {
      if (actorMetadata(exported)) actors.add(exported as Constructor);
      else if (componentMetadata(exported)) components.add(exported as Constructor);
    }
  }
  if (actors.size === 0) throw new ConfigurationError(`modules: no actor in ${modules.map(nameOf).join(', ') || 'an empty list'}; export a class with @Actor()`);
  return { actors: [...actors], components: [...components] };
}

async function exportsOf(source: ModuleSource, path: string): Promise<readonly unknown[]> {
  if (typeof source === 'function') {
    if (actorMetadata(source) ?? componentMetadata(source)) return [source];
    throw new ConfigurationError(`${path}: ${nameOf(source)} has no @Actor() and no @Component()`);
  }
  if (typeof source !== 'string' && !(source instanceof URL)) return Object.values(source);
  const namespaces: Readonly<Record<string, unknown>>[] = [];
  for (const url of await urlsOf(source)) namespaces.push(await load(url, String(source)));
  return namespaces.flatMap((namespace) => Object.values(namespace));
}

async function urlsOf(source: string | URL): Promise<readonly string[]> {
  if (source instanceof URL || IS_URL.test(source)) return [String(source)];
  const file = resolve(source);
  if (isFile(file)) return [pathToFileURL(file).href];
  if (!isDynamicPattern(source)) throw new ConfigurationError(`modules: no file '${source}' (looked for ${file}); compile it, or correct the path`);
  const files = await glob(source, { absolute: true });
  if (files.length === 0) throw new ConfigurationError(`modules: '${source}' matches no file in ${process.cwd()}; compile the actors, or correct the pattern`);
  return files.sort().map((found) => pathToFileURL(found).href);
}

async function load(url: string, source: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(url)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new ConfigurationError(`modules: '${source}' does not load: ${describeLoadFailure(cause, url)}`, { cause });
  }
}

/** The cause in one line, with the place it was thrown at; of a syntax error Node tells no more than the module it began with. */
export function describeLoadFailure(cause: unknown, url: string): string {
  if (!(cause instanceof Error)) return String(cause);
  const entry = url.replace('file://', '');
  const [message = ''] = cause.message.split('\n');
  const thrownAt = /^ {4}at (?:.*\()?(?:file:\/\/)?(\/\S+?:\d+):\d+\)?$/m.exec(cause.stack ?? '')?.[1];
  const place = cause instanceof SyntaxError ? `in ${entry} or what it imports` : (thrownAt ?? entry);
  return message.includes(entry) ? message : `${message} (${place})`;
}

/** True when there is a file (no folder) at `path`. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function nameOf(source: ModuleSource): string {
  if (typeof source === 'function') return `class ${source.name || '(anonymous)'}`;
  return typeof source === 'string' || source instanceof URL ? `'${String(source)}'` : 'a module namespace';
}
