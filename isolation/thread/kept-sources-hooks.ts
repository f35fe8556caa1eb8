// What Node asks before it loads a module of a thread that runs what its silo runs, where the files are others by now. On versions of Node whose hooks do
// not run beside the modules this is loaded into Node's own thread for hooks, so it stands alone.

/** Texts of ES modules by their URLs, as the silo has loaded them. */
export type KeptSources = ReadonlyMap<string, string>;

export interface Loaded {
  readonly format: string;
  readonly source: string;
  readonly shortCircuit: true;
}

let kept: KeptSources = new Map();

export function initialize(data: KeptSources): void {
  kept = data;
}

/** Called by Node for each import. */
export async function resolve<Resolved>(specifier: string, context: { readonly parentURL?: string }, next: (specifier: string, context: object) => Promise<Resolved>): Promise<Resolved | Found> {
  try {
    return await next(specifier, context);
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

/** A file that is not there any more. Throws `error` for what was never there. */
export function foundIn(sources: KeptSources, specifier: string, parent: string | undefined, error: unknown): Found {
  const url = URL.canParse(specifier, parent) ? new URL(specifier, parent).href : specifier;
  if (!sources.has(url)) throw error;
  return { url, shortCircuit: true };
}

export function loadedFrom(sources: KeptSources, url: string): Loaded | undefined {
  const source = sources.get(url);
  return source === undefined ? undefined : { format: 'module', source, shortCircuit: true };
}
