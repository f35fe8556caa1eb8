// A project as the architecture's rules see it: files by path, and what each imports. Made from the sources or from a planted map.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseImports, type ParsedImport } from './parse-imports.js';

/** Source text by path from the root, with `/`. */
export type SourceFiles = Readonly<Record<string, string>>;

/** The `imports` of package.json: what `#name` stands for, by condition. */
export type Aliases = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** One import, with the file of the project that it leads to, or the package. */
export interface Import extends ParsedImport {
  readonly file: string | undefined;
  readonly package: string | undefined;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** The top-level folder. */
  readonly folder: string;
  readonly imports: readonly Import[];
}

/** One rule: every violation as `path:line: what is wrong`. */
export type Rule = (project: Project) => readonly string[];

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'public', '.git']);
const PARSED = /\.(ts|mjs)$/;
const READ = /\.(ts|mjs|lua)$/;

export class Project {
  readonly files: readonly SourceFile[];
  private readonly byPath: ReadonlyMap<string, SourceFile>;

  constructor(sources: SourceFiles, aliases: Aliases = {}) {
    this.files = Object.entries(sources).map(([path, text]) => ({
      path, text, folder: path.includes('/') ? path.slice(0, path.indexOf('/')) : '',
      imports: PARSED.test(path) ? parseImports(path, text).map((found) => resolveImport(path, found, sources, aliases)) : [],
    }));
    this.byPath = new Map(this.files.map((file) => [file.path, file]));
  }

  /** The sources as they are now. */
  static read(): Project {
    const sources: Record<string, string> = {};
    for (const folder of readdirSync(ROOT, { withFileTypes: true })) {
      if (folder.isDirectory() && !isSkipped(folder.name)) readFolder(join(ROOT, folder.name), sources);
    }
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly imports?: Aliases };
    return new Project(sources, manifest.imports);
  }

  file(path: string): SourceFile | undefined {
    return this.byPath.get(path);
  }

  /** Every import of every file that `filter` takes. */
  *imports(filter: (file: SourceFile) => boolean = () => true): Iterable<{ readonly file: SourceFile; readonly use: Import }> {
    for (const file of this.files) {
      if (filter(file)) for (const use of file.imports) yield { file, use };
    }
  }
}

function readFolder(folder: string, sources: Record<string, string>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !isSkipped(entry.name)) readFolder(path, sources);
    if (entry.isFile() && READ.test(entry.name)) sources[relative(ROOT, path).split(sep).join('/')] = readFileSync(path, 'utf8');
  }
}

function isSkipped(name: string): boolean {
  return SKIPPED.has(name) || name.startsWith('dist-') || name.startsWith('.');
}

function resolveImport(from: string, found: ParsedImport, sources: SourceFiles, aliases: Aliases): Import {
  const specifier = aliases[found.specifier]?.default ?? found.specifier;
  if (!specifier.startsWith('.')) {
    const parts = specifier.split('/');
    return { ...found, file: undefined, package: specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0] };
  }
  const path = posix.join(posix.dirname(from), specifier);
  const candidates = [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.d.ts')];
  return { ...found, file: candidates.find((candidate) => Object.hasOwn(sources, candidate)) ?? path, package: undefined };
}
