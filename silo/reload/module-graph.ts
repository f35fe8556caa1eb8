// ModuleGraph. Owns: which files the silo's modules consist of: those that are given and what they import by a path, each with a hash of its text.
//   G1. What stands in node_modules, and what is imported by a name or only at run time, is no part of it.
//   G2. A file that is not there is no part of it: whoever imports it does not load, and says so.
import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { init, parse } from 'es-module-lexer';
import type { KeptSources } from '../../isolation/thread/kept-sources-hooks.js';

interface ModuleFile {
  readonly hash: string;
  /** URLs. */
  readonly imports: readonly string[];
  /** Of an ES module that Node loads as it stands. */
  readonly text: string | undefined;
}

/** How many files are read at a time. */
const WIDTH = 32;
const BY_PATH = /^(\.{1,2}\/|\/|file:)/;
const REQUIRED = /\brequire\s*\(\s*['"](\.{1,2}\/[^'"]+)['"]\s*\)/g;

export class ModuleGraph {
  /** `targets`: the URL of the file to which each URL leads that is given or imported. */
  private constructor(private readonly files: ReadonlyMap<string, ModuleFile>, private readonly targets: ReadonlyMap<string, string>) {}

  /** `urls`: of files, as they were given. */
  static async read(urls: readonly string[]): Promise<ModuleGraph> {
    await init;
    const files = new Map<string, ModuleFile>();
    const targets = new Map<string, string>();
    const seen = new Set<string>();
    let next: readonly string[] = await follow(urls, targets);
    while (next.length > 0) {
      const now = [...new Set(next)].filter((url) => !seen.has(url));
      const found: string[] = [];
      for (let at = 0; at < now.length; at += WIDTH) {
        await Promise.all(now.slice(at, at + WIDTH).map(async (url) => {
          seen.add(url);
          const file = await readModule(url, targets);
          if (!file) return;
          files.set(url, file);
          found.push(...file.imports);
        }));
      }
      next = found;
    }
    return new ModuleGraph(files, targets);
  }

  get urls(): readonly string[] {
    return [...this.files.keys()];
  }

  has(url: string): boolean {
    return this.files.has(url);
  }

  /** The files that `earlier` did not have, or not as they are now. */
  changedSince(earlier: ModuleGraph): readonly string[] {
    return this.urls.filter((url) => this.files.get(url)!.hash !== earlier.files.get(url)?.hash);
  }

  /** Those of these files that `later` has not. */
  missingIn(later: ModuleGraph): readonly string[] {
    return this.urls.filter((url) => !later.has(url));
  }

  equals(other: ModuleGraph | undefined): boolean {
    return other !== undefined && this.files.size === other.files.size && this.changedSince(other).length === 0;
  }

  /** What files held that `later` has not, or not as they were; `undefined` where one of them is none of which the text says all (CommonJS, JSON, TypeScript). */
  keptBeside(later: ModuleGraph): KeptSources | undefined {
    const texts = new Map<string, string>();
    for (const url of this.changedSince(later)) {
      const { text } = this.files.get(url)!;
      if (text === undefined) return undefined;
      texts.set(url, text);
    }
    return { texts, targets: new Map([...this.targets].filter(([url, target]) => later.targets.get(url) !== target)) };
  }

  /** These files and all that import them, each after what it imports (as far as there is no circle). */
  affectedBy(changed: readonly string[]): readonly string[] {
    const affected = new Set(changed);
    for (let before = -1; before !== affected.size;) {
      before = affected.size;
      for (const [url, { imports }] of this.files) if (imports.some((each) => affected.has(each))) affected.add(url);
    }
    const ordered = new Set<string>();
    const visited = new Set<string>();
    const visit = (url: string): void => {
      if (visited.has(url)) return;
      visited.add(url);
      for (const each of this.files.get(url)?.imports ?? []) visit(each);
      if (affected.has(url)) ordered.add(url);
    };
    for (const url of affected) visit(url);
    return [...ordered];
  }
}

/** The URL by which Node knows the module, whatever links lead there. */
export async function realUrl(url: string): Promise<string> {
  const path = fileURLToPath(url);
  return pathToFileURL(await realpath(path).catch(() => path)).href;
}

/** The real URLs, which are noted. */
function follow(urls: readonly string[], targets: Map<string, string>): Promise<readonly string[]> {
  return Promise.all(urls.map(async (url) => {
    const target = await realUrl(url);
    targets.set(url, target);
    return target;
  }));
}

async function readModule(url: string, targets: Map<string, string>): Promise<ModuleFile | undefined> {
  const text = await readFile(fileURLToPath(url), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const found = importsOf(text).filter((specifier) => BY_PATH.test(specifier) && URL.canParse(specifier, url)).map((specifier) => new URL(specifier, url).href);
  const imports = await follow(found.filter((each) => each.startsWith('file:') && !each.includes('/node_modules/')), targets);
  return { hash: createHash('sha256').update(text).digest('hex'), imports: [...new Set(imports)], text: isModule(url, text) ? text : undefined };
}

function isModule(url: string, text: string): boolean {
  if (!/\.m?js$/.test(url)) return false;
  try {
    return parse(text)[3];
  } catch {
    return false;
  }
}

/** Of what does not parse, none: it does not load either. */
function importsOf(text: string): readonly string[] {
  const required = [...text.matchAll(REQUIRED)].map(([, specifier]) => specifier!);
  try {
    const [imports] = parse(text);
    return [...required, ...imports.filter(({ d, n }) => d === -1 && n !== undefined).map(({ n }) => n!)];
  } catch {
    return required;
  }
}
