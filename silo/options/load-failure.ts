// Why a module did not load, in one line for whoever wrote it: what, in which of their files, what to write instead.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folders of this house beside the caller's own code: a place in them tells nobody what to change. */
const HOUSE = ['protocol', 'decorators', 'sdk', 'isolation', 'silo'].map((folder) => fileURLToPath(new URL(`../../${folder}/`, import.meta.url)));
/** What compilers call decorators with: a function in the caller's own file, or a library. */
const COMPILERS_FUNCTION = /^__(?:\w*[dD]ecorat|metadata)/;
const COMPILERS_LIBRARY = /\/node_modules\/(?:reflect-metadata|tslib)\//;
const FRAME = /^ {4}at (?:(.*) \()?(file:\/\/)?(\/.+?):(\d+):\d+\)?$/;
const DECORATOR = /^\s*(?:export\s+(?:default\s+)?)?@[A-Za-z_$][\w$]*\s*\(/m;
const RELATIVE_IMPORT = /\b(?:from|import)\s*\(?\s*['"](\.[^'"?#]*)/g;
const TYPESCRIPT = /\.[cm]?tsx?$/;
/** How much is read in search of the file that does not parse. */
const MAX_FILES = 1000;

/** The cause in one line, with the place in the caller's files; of a syntax error Node tells no more than the module it began with. */
export function describeLoadFailure(cause: unknown, url: string): string {
  if (!(cause instanceof Error)) return String(cause);
  const entry = pathOf(url);
  const [message = ''] = cause.message.split('\n');
  if (cause instanceof SyntaxError) return describeSyntax(message, entry);
  if ((cause as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION' && TYPESCRIPT.test(entry)) {
    return 'this Node does not run TypeScript; compile it with tsc and give the .js file, or start Node with --import tsx';
  }
  // Node would name this house as the importer.
  if (message.startsWith(`Cannot find module '${entry}' imported from `)) return `there is no file ${entry}`;
  const place = placeOf(cause);
  const unset = /^Cannot access '(.+)' before initialization$/.exec(message)?.[1];
  if (unset !== undefined) return describeUnset(unset, place ?? { file: entry, line: '' });
  const wayOut = message.startsWith('Class extends value undefined') ? '; the base class has not loaded yet: move it to a module that imports none of its subclasses' : '';
  return message.includes(entry) ? message : `${message}${wayOut} (${place ? `${place.file}:${place.line}` : entry})`;
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}

interface Place {
  readonly file: string;
  readonly line: string;
}

/** The innermost frame that is the caller's: neither this house's nor what compilers call decorators with. */
function placeOf(error: Error): Place | undefined {
  for (const text of error.stack?.split('\n') ?? []) {
    const [, name = '', scheme, path, line] = FRAME.exec(text) ?? [];
    if (path === undefined || line === undefined) continue;
    const file = scheme === undefined ? path : decodeURI(path);
    const isCallers = !COMPILERS_FUNCTION.test(name) && !COMPILERS_LIBRARY.test(file) && !HOUSE.some((folder) => file.startsWith(folder));
    if (isCallers) return { file, line };
  }
  return undefined;
}

/** A binding was read before its declaration ran: further up in one file, or in a module of a circle. */
function describeUnset(name: string, { file, line }: Place): string {
  const isOfThisFile = new RegExp(`\\b(?:class|let|const)\\s+${name.replaceAll('$', '\\$')}(?![\\w$])`).test(read(file));
  const start = `'${name}' is used before it is defined (${file}:${line})`;
  const thunk = `components: [() => ${name}]`;
  if (isOfThisFile) return `${start}; define it further up, or name a component by a thunk (${thunk})`;
  return `${start}: modules import each other in a circle; name components by a thunk (${thunk}), import what is only a type by "import type", `
    + 'and move events and base classes to a module of their own';
}

function describeSyntax(message: string, entry: string): string {
  const decorated = message === 'Invalid or unexpected token' ? findDecorated(entry) : undefined;
  if (decorated !== undefined) {
    return `${decorated} still has decorators in it, which Node does not run; compile it with "experimentalDecorators": true in the "compilerOptions" of tsconfig.json`;
  }
  const missing = / does not provide an export named '(.+)'$/.exec(message)?.[1];
  const wayOut = missing === undefined || missing === 'default' ? '' : `; if ${missing} is a type, import it by "import type"`;
  return `${message}${wayOut} (in ${entry} or what it imports)`;
}

/** The first file, from the entry along relative imports, that a compiler left decorators in. */
function findDecorated(entry: string): string | undefined {
  const files = new Set([entry]);
  for (const file of files) {
    const text = read(file);
    if (DECORATOR.test(text)) return file;
    for (const [, imported = ''] of text.matchAll(RELATIVE_IMPORT)) if (files.size < MAX_FILES) files.add(resolve(dirname(file), imported));
  }
  return undefined;
}

/** Empty for what is no file: this is only about a better message. */
function read(file: string): string {
  try {
    return readFileSync(file.replace(/[?#].*$/, ''), 'utf8');
  } catch {
    return '';
  }
}
