// Finds the actors and services that a silo hosts: expands globs, loads files, collects the decorated classes that they export.
import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { glob, isDynamicPattern } from 'tinyglobby';
import { actorMetadata, componentMetadata, inheritedNote, serviceMetadata, type Constructor } from '../../decorators/index.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { ModuleSource } from '../silo-options.js';
import { describeLoadFailure } from './load-failure.js';

/** The decorated classes of the modules, each once, in the order of the modules and of their exports. */
export interface LoadedModules {
  readonly actors: readonly Constructor[];
  readonly components: readonly Constructor[];
  readonly services: readonly Constructor[];
  /** What threads load, in order. */
  readonly urls: readonly string[];
  /** The classes that came from there, with the components that actors of theirs list: a thread can load them too. */
  readonly loadable: ReadonlySet<object>;
}

type Namespace = Readonly<Record<string, unknown>>;
type ImportModule = (url: string) => Promise<Namespace>;
const importOnce: ImportModule = (url) => import(url) as Promise<Namespace>;
const EXTENSIONS = ['.js', '.mjs', '.cjs'];
const IS_URL = /^[a-z][a-z0-9+.-]+:/i;

/** A class, and where it was found, for messages. */
interface Found {
  readonly Class: Constructor;
  readonly source: string;
}

/**
 * Loads `modules`: globs, paths (from the working directory) and URLs are imported; classes and namespaces are taken as they are. Exports
 * that are no actors, components or services are passed over. Throws `ConfigurationError` for a glob without a match, a module that does not
 * load (with the cause), a class without `@Actor`, `@Component` or `@Service`, two of one name, and when there is neither actor nor service in any of them.
 */
export async function loadModules(modules: readonly ModuleSource[], importModule = importOnce): Promise<LoadedModules> {
  const actors = new Map<string, Found>();
  const services = new Map<string, Found>();
  const components = new Set<Constructor>();
  const urls = new Set<string>();
  const exportedByFiles = new Set<unknown>();
  let undecorated = '';
  for (const [index, module] of modules.entries()) {
    for (const { exported, source, url } of await exportsOf(module, `modules[${index}]`, importModule)) {
      if (url !== undefined) urls.add(url);
      if (url !== undefined) exportedByFiles.add(exported);
      const actor = actorMetadata(exported);
      const service = actor ? undefined : serviceMetadata(exported);
      if (actor) addNamed('actor', actors, actor.name, { Class: actor.target, source });
      else if (service) addNamed('service', services, service.name, { Class: service.target, source });
      else if (componentMetadata(exported)) components.add(exported as Constructor);
      else undecorated ||= noteOn(exported);
    }
  }
  if (actors.size + services.size === 0) throw new ConfigurationError(`modules: no actor in ${modules.map(nameOf).join(', ') || 'an empty list'}; export a class with @Actor()${undecorated}`);
  const classes = (found: ReadonlyMap<string, Found>): Constructor[] => [...found.values()].map(({ Class }) => Class);
  return { actors: classes(actors), components: [...components], services: classes(services), urls: [...urls], loadable: loadable(exportedByFiles) };
}

function loadable(exported: ReadonlySet<unknown>): ReadonlySet<object> {
  const classes = new Set<object>();
  for (const each of exported) {
    const metadata = actorMetadata(each) ?? componentMetadata(each) ?? serviceMetadata(each);
    if (metadata) classes.add(metadata.target);
    if (metadata?.kind === 'actor') for (const { target } of metadata.components()) classes.add(target);
  }
  return classes;
}

function addNamed(kind: 'actor' | 'service', all: Map<string, Found>, name: string, found: Found): void {
  const known = all.get(name);
  if (known === undefined) all.set(name, found);
  if (known === undefined || known.Class === found.Class) return;
  const [one, other] = [known, found].map(({ Class, source }) => `class ${Class.name} of ${source}`);
  const isSameText = known.Class.name === found.Class.name && String(known.Class) === String(found.Class);
  const isElsewhere = known.source !== found.source;
  if (isSameText && isElsewhere && fileOf(known.source) === fileOf(found.source)) {
    throw new ConfigurationError(`modules: the ${kind} '${name}' is loaded twice: ${one} and ${other}; load the file by one path or URL`);
  }
  // A file and its copy look as two classes do that happen to be written alike.
  const copy = isSameText && isElsewhere ? '; or, if one is a copy of the other, load only one of them' : '';
  throw new ConfigurationError(`modules: two ${kind}s are named '${name}': ${one} and ${other}; give one another name with @${kind === 'actor' ? 'Actor' : 'Service'}({ name })${copy}`);
}

/** The file behind a source, whatever query and links lead to it; of what is no file, the source. */
function fileOf(source: string): string {
  const file = source.replace(/[?#].*$/, '');
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** An actor's subclass without a decorator of its own is passed over: said where nothing else was found. */
function noteOn(exported: unknown): string {
  const note = inheritedNote('Actor', exported);
  return note === '' ? '' : `: class ${(exported as Constructor).name} has none${note}`;
}

/** `url`: of the file that exports it; absent for what was given as such. */
interface Exported {
  readonly exported: unknown;
  readonly source: string;
  readonly url?: string;
}

async function exportsOf(source: ModuleSource, path: string, importModule: ImportModule): Promise<readonly Exported[]> {
  if (typeof source === 'function') {
    if (actorMetadata(source) ?? componentMetadata(source) ?? serviceMetadata(source)) return [{ exported: source, source: path }];
    const note = inheritedNote('Actor', source) || inheritedNote('Component', source) || inheritedNote('Service', source);
    throw new ConfigurationError(`${path}: ${nameOf(source)} has no @Actor(), @Component() or @Service()${note}`);
  }
  if (typeof source !== 'string' && !(source instanceof URL)) return Object.values(source).map((exported) => ({ exported, source: path }));
  const found: Exported[] = [];
  for (const url of await urlsOf(source)) {
    const namespace = await load(url, String(source), importModule);
    const shown = url.startsWith('file:') ? printFile(url) : url;
    for (const exported of Object.values(namespace)) found.push({ exported, source: shown, url });
  }
  return found;
}

/** The path, with the query that made another module of it. */
function printFile(url: string): string {
  const { search, hash } = new URL(url);
  return `${fileURLToPath(url)}${search}${hash}`;
}

/** Where a source is: one URL, or those of the files that a glob matches. Throws `ConfigurationError` when there is none. */
export async function urlsOf(source: string | URL): Promise<readonly string[]> {
  if (source instanceof URL || IS_URL.test(source)) return [String(source)];
  const file = resolve(source);
  if (isFile(file)) return [pathToFileURL(file).href];
  if (!isDynamicPattern(source)) throw new ConfigurationError(`modules: no file '${source}' (looked for ${file}); ${wayTo(source, file)}`);
  const files = await glob(source, { absolute: true });
  if (files.length === 0) throw new ConfigurationError(`modules: '${source}' matches no file in ${process.cwd()}; compile the actors, or correct the pattern`);
  return files.sort().map((found) => pathToFileURL(found).href);
}

/** What to give instead of a file that is not there. */
function wayTo(source: string, file: string): string {
  const extension = EXTENSIONS.find((one) => isFile(`${file}${one}`));
  if (extension !== undefined) return `did you mean '${source}${extension}'?`;
  const uncompiled = file.replace(/\.([cm]?)js$/, '.$1ts');
  if (uncompiled !== file && isFile(uncompiled)) return `there is ${uncompiled}: compile it, and give the file that the compiler writes`;
  return 'compile it, or correct the path';
}

async function load(url: string, source: string, importModule: ImportModule): Promise<Namespace> {
  try {
    return await importModule(url);
  } catch (cause) {
    throw new ConfigurationError(`modules: '${source}' does not load: ${describeLoadFailure(cause, url)}`, { cause });
  }
}

/** True when there is a file (no folder) at `path`. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function nameOf(source: ModuleSource): string {
  if (typeof source === 'function') return `class ${source.name || '(anonymous)'}`;
  return typeof source === 'string' || source instanceof URL ? `'${String(source)}'` : 'a module namespace';
}
