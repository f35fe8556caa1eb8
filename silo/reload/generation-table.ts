// GenerationTable. Owns: which version of a file the modules of each generation are linked to, for one thread.
//   G1. A generation has the files that one reload loaded anew; of all others it has what the generation before it had, down to what was first loaded.
//   G2. Whatever a module imports it gets as its own generation has it, also at run time. What was first loaded stays as it was.
// It stands alone: on some versions of Node it works in a thread of Node's own.

/** One reload. */
export interface GenerationStep {
  readonly number: number;
  /** URLs, without a query. */
  readonly files: ReadonlySet<string>;
  /** The generation that ran when this one was loaded; absent: what was first loaded. */
  readonly before: number | undefined;
}

const QUERY = 'troupe';

export class GenerationTable {
  private readonly steps = new Map<number, GenerationStep>();

  add(step: GenerationStep): void {
    this.steps.set(step.number, step);
  }

  /** G1. The URL by which Node knows the file in this generation. */
  urlIn(generation: number | undefined, url: string): string {
    const file = url.replace(/[?#].*$/, '');
    for (let step = this.step(generation); step; step = this.step(step.before)) if (step.files.has(file)) return withVersion(url, step.number);
    return url;
  }

  /** G2. `url`: what `parent` imports, as Node would have it. */
  linked(url: string, parent: string | undefined): string {
    const found = parent?.startsWith('file:') && parent.includes(QUERY) ? new URL(parent).searchParams.get(QUERY) : null;
    return found === null ? url : this.urlIn(Number(found), url);
  }

  private step(number: number | undefined): GenerationStep | undefined {
    return number === undefined ? undefined : this.steps.get(number);
  }
}

function withVersion(url: string, version: number): string {
  const versioned = new URL(url);
  versioned.searchParams.set(QUERY, String(version));
  return versioned.href;
}
