// Reloads. Owns: what the silo's modules on the disk were when it loaded them last, and how they are loaded anew.
//   L1. One at a time. What is on the disk is tried once: in a thread first, which whatever it does cannot harm the silo, then in the silo.
//   L2. Everything of a reload counts, or nothing: where anything fails, the classes, threads and instances of before go on.
//   L3. While a deployment holds its lock nothing is loaded; what was loaded when it began is not believed.
//   L4. Threads that start while what is on the disk is refused load the texts that the silo has loaded, not those.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { FilesRefused } from '../../isolation/worker-host.js';
import type { Logger } from '../../protocol/ports/index.js';
import { replaceSerializables } from '../../protocol/serializable-registry.js';
import { loadModules, urlsOf, type LoadedModules } from '../options/modules.js';
import type { ModuleSource } from '../silo-options.js';
import { describeAfterTrial } from './after-trial.js';
import type { DeployLock } from './deploy-lock.js';
import { Generation } from './generations.js';
import { ModuleGraph, realUrl } from './module-graph.js';
import { RenewedClasses, type Namespace } from './renewed-classes.js';

/** What came of what is on the disk. */
export type ReloadOutcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'reloaded'; readonly files: readonly string[]; readonly classes: readonly string[] }
  | { readonly kind: 'failed'; readonly error: Error };

/** What runs the classes. */
export interface Renewable {
  /** Whether a thread can load the files. */
  tryModules(urls: readonly string[]): Promise<void>;
  /** New classes in the place of old ones; throws, and changes nothing, where they do not fit. */
  renew(modules: LoadedModules, classes: RenewedClasses): void;
  /** What is in the files by now is what runs, or was refused. */
  filesJudged(refusal: FilesRefused | undefined): void;
}

export interface ReloadParts {
  readonly sources: readonly ModuleSource[];
  readonly lock: DeployLock;
  readonly log: Logger;
}

const UNCHANGED: ReloadOutcome = { kind: 'unchanged' };
const SCRIPT = /\.[cm]?[jt]sx?$/;
const loadedByRequire = createRequire(import.meta.url).cache;
/** Of all silos of this process: what is loaded anew takes names that are known process-wide. */
let lastAttempt: Promise<unknown> = Promise.resolve();

export class Reloads {
  /** That runs; absent: what was first loaded. */
  private generation: Generation | undefined;
  private tried: ModuleGraph | undefined;
  private outcome = UNCHANGED;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(private readonly parts: ReloadParts, private readonly runtime: Renewable, private graph: ModuleGraph) {}

  /** The modules have just been loaded. */
  static async begin(parts: ReloadParts, runtime: Renewable): Promise<Reloads> {
    return new Reloads(parts, runtime, await ModuleGraph.read(await fileUrls(parts.sources)));
  }

  /** Paths of the files that were last seen. */
  get files(): readonly string[] {
    return (this.tried ?? this.graph).urls.map((url) => fileURLToPath(url));
  }

  /** Resolves when what is on the disk by now has been tried, with what came of it. */
  look(): Promise<ReloadOutcome> {
    const looking = this.last.then(() => this.lookNow());
    this.last = looking.catch(() => undefined);
    return looking;
  }

  private async lookNow(): Promise<ReloadOutcome> {
    for (;;) {
      await this.parts.lock.opened();
      const graph = await ModuleGraph.read(await fileUrls(this.parts.sources));
      if (graph.equals(this.tried ?? this.graph)) return this.outcome;
      const changed = graph.changedSince(this.graph);
      const outcome = changed.length === 0 ? await this.tryWithout(this.graph.missingIn(graph)) : await this.attempt(graph, changed);
      // L3.
      if (this.parts.lock.isHeld) continue;
      this.tried = graph;
      this.tell((this.outcome = outcome instanceof Function ? outcome() : outcome));
      if (this.outcome.kind !== 'failed') this.graph = graph;
      return this.outcome;
    }
  }

  /** Files went, and nothing else changed: they may be needed. */
  private async tryWithout(missing: readonly string[]): Promise<ReloadOutcome> {
    if (missing.length === 0) return UNCHANGED;
    try {
      await this.runtime.tryModules(await fileUrls(this.parts.sources));
      return UNCHANGED;
    } catch (error) {
      return failed(error, missing);
    }
  }

  private attempt(graph: ModuleGraph, changed: readonly string[]): Promise<ReloadOutcome | (() => ReloadOutcome)> {
    const attempt = lastAttempt.then(() => this.attemptNow(graph, changed));
    lastAttempt = attempt;
    return attempt;
  }

  /** Loads everything; what it resolves with makes it count. */
  private async attemptNow(graph: ModuleGraph, changed: readonly string[]): Promise<ReloadOutcome | (() => ReloadOutcome)> {
    const { sources } = this.parts;
    try {
      await this.runtime.tryModules(await fileUrls(sources));
      const affected = graph.affectedBy(changed);
      const generation = await Generation.begin(affected, this.generation);
      const { value: fresh, adopt } = await replaceSerializables(() => loadAnew(affected, generation));
      const modules = await loadModules(sources, async (url) => importModule(url.startsWith('file:') ? generation.urlOf(await realUrl(url)) : url));
      const classes = new RenewedClasses();
      for (const [url, namespace] of fresh) classes.add(await this.earlier(url) ?? {}, namespace);
      return () => this.adopt(modules, classes, generation, adopt, changed);
    } catch (error) {
      return failed(error, changed);
    }
  }

  /** L2. */
  private adopt(modules: LoadedModules, classes: RenewedClasses, generation: Generation, adoptNames: () => void, changed: readonly string[]): ReloadOutcome {
    try {
      this.runtime.renew(modules, classes);
    } catch (error) {
      return failed(error, changed);
    }
    adoptNames();
    this.generation = generation;
    return { kind: 'reloaded', files: changed.map((url) => fileURLToPath(url)), classes: [...new Set([...classes.entries()].map(([, { name }]) => name))] };
  }

  /** As the silo had it until now. Node gives what it loaded then; what it has not loaded is not asked for. */
  private async earlier(url: string): Promise<Namespace | undefined> {
    return this.graph.has(url) ? importModule(this.generation?.urlOf(url) ?? url) : undefined;
  }

  private tell(outcome: ReloadOutcome): void {
    const { log } = this.parts;
    this.runtime.filesJudged(outcome.kind === 'failed' ? { error: outcome.error, kept: this.graph.keptBeside(this.tried!) } : undefined);
    if (outcome.kind === 'reloaded') log.info({ files: outcome.files, classes: outcome.classes }, 'modules were loaded anew: idle and new instances run the new code');
    else if (outcome.kind === 'failed') log.error({ err: outcome.error }, 'changed modules do not load: the silo goes on with what it has');
  }
}

/** All of them, by their own URLs: they import each other as they are now, and the rest as it was. */
async function loadAnew(affected: readonly string[], generation: Generation): Promise<Map<string, Namespace>> {
  for (const url of affected) delete loadedByRequire[fileURLToPath(url)];
  const fresh = new Map<string, Namespace>();
  for (const url of affected) if (SCRIPT.test(url)) fresh.set(url, await importAnew(url, generation));
  return fresh;
}

/** Fails with the file named. */
async function importAnew(url: string, generation: Generation): Promise<Namespace> {
  try {
    return await importModule(generation.urlOf(url));
  } catch (cause) {
    throw new ConfigurationError(`${fileURLToPath(url)} does not load: ${describeAfterTrial(cause, url)}`, { cause });
  }
}

function importModule(url: string): Promise<Namespace> {
  return import(url) as Promise<Namespace>;
}

async function fileUrls(sources: readonly ModuleSource[]): Promise<readonly string[]> {
  const found = await Promise.all(sources.filter((source) => typeof source === 'string' || source instanceof URL).map(urlsOf));
  return [...new Set(found.flat().filter((url) => url.startsWith('file:')))];
}

function failed(thrown: unknown, changed: readonly string[]): ReloadOutcome {
  const cause = thrown instanceof Error ? thrown : new Error(String(thrown));
  const files = changed.map((url) => fileURLToPath(url)).join(', ');
  return { kind: 'failed', error: new ConfigurationError(`modules: ${files} changed and cannot be used: ${cause.message}`, { cause }) };
}
