// What Node asks before it loads a module of a thread that runs what its silo runs, where the files are others by now. On versions of Node whose hooks do
// not run beside the modules this is loaded into Node's own thread for hooks, so it stands alone.

/** Of ES modules, as the silo has loaded them. */
export interface KeptSources {
  /** By their URLs. */
  readonly texts: ReadonlyMap<string, string>;
  /** By URLs that are imported, links among them: where these lead somewhere else by now. */
  readonly targets: ReadonlyMap<string, string>;
}

/** Other specifiers are names of packages. */
const BY_PATH = /^(\.{1,2}\/|\/|file:)/;

export interface Loaded {
  readonly format: string;
  readonly source: string;
  readonly shortCircuit: true;
}

let kept: KeptSources = { texts: new Map(), targets: new Map() };

export function initialize(data: KeptSources): void {
  kept = data;
}

/** Called by Node for each import. */
export async function resolve<Resolved>(specifier: string, context: { readonly parentURL?: string }, next: (specifier: string, context: object) => Promise<Resolved>): Promise<Resolved | Found> {
  try {
    return targetIn(kept, specifier, context.parentURL) ?? (await next(specifier, context));
  } catch (error) {
    return foundIn(kept, specifier, context.parentURL, error);
  }
}

/** Called by Node for each module. */
export async function load<Result>(url: string, context: object, next: (url: string, context: object) => Promise<Result>): Promise<Result | Loaded> {
  return loadedFrom(kept, url) ?? next(url, context);
}

export interface Found {
  readonly url: string;
  readonly shortCircuit: true;
}

/** Where a link led that leads somewhere else by now. */
export function targetIn({ targets }: KeptSources, specifier: string, parent: string | undefined): Found | undefined {
  const url = BY_PATH.test(specifier) ? targets.get(urlOf(specifier, parent)) : undefined;
  return url === undefined ? undefined : { url, shortCircuit: true };
}

/** A file that is not there any more. Throws `error` for what was never there. */
export function foundIn({ texts }: KeptSources, specifier: string, parent: string | undefined, error: unknown): Found {
  const url = urlOf(specifier, parent);
  if (!texts.has(url)) throw error;
  return { url, shortCircuit: true };
}

function urlOf(specifier: string, parent: string | undefined): string {
  return URL.canParse(specifier, parent) ? new URL(specifier, parent).href : specifier;
}

export function loadedFrom({ texts }: KeptSources, url: string): Loaded | undefined {
  const source = texts.get(url);
  return source === undefined ? undefined : { format: 'module', source, shortCircuit: true };
}
