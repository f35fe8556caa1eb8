// Generations. Owns: the generations of modules of this process. Node keeps what it has loaded by its URL for ever: a file that is loaded anew gets
// another one, and Node is told, before it loads, that modules of a generation import each other by those.
import { once } from 'node:events';
import * as node from 'node:module';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { GenerationTable, type GenerationStep } from './generation-table.js';

const LINK_LIMIT_MS = 10_000;

interface ResolveHooks {
  resolve(specifier: string, context: { readonly parentURL?: string; readonly conditions: readonly string[] }, next: (specifier: string, context: object) => { readonly url: string }): { readonly url: string };
}
/** Node 22.15 and later. */
const { registerHooks } = node as { readonly registerHooks?: (hooks: ResolveHooks) => unknown };

const table = new GenerationTable();
let count = 0;
let isLinking = false;
/** To Node's thread for hooks, where that is what this Node has. */
let hooks: MessagePort | undefined;

/** A set of files that were loaded anew together. */
export class Generation {
  private constructor(private readonly number: number) {}

  /** Of these files (URLs), on top of `before`: they can be imported by their `urlOf`. */
  static async begin(files: Iterable<string>, before: Generation | undefined): Promise<Generation> {
    const step: GenerationStep = { number: ++count, files: new Set(files), before: before?.number };
    table.add(step);
    await link(step);
    return new Generation(step.number);
  }

  /** The URL by which Node knows the file (a URL too) in this generation. */
  urlOf(file: string): string {
    return table.urlIn(this.number, file);
  }
}

async function link(step: GenerationStep): Promise<void> {
  if (!isLinking) install();
  isLinking = true;
  if (!hooks) return;
  hooks.ref();
  try {
    const acknowledged = acknowledgement(hooks, step.number, AbortSignal.timeout(LINK_LIMIT_MS));
    hooks.postMessage(step);
    await acknowledged;
  } finally {
    hooks.unref();
  }
}

function install(): void {
  if (registerHooks) {
    registerHooks({
      resolve: (specifier, context, next) => {
        const resolved = next(specifier, context);
        // What is required is known by its path.
        return context.conditions.includes('require') ? resolved : { ...resolved, url: table.linked(resolved.url, context.parentURL) };
      },
    });
    return;
  }
  const { port1, port2 } = new MessageChannel();
  node.register('./link-hooks.js', import.meta.url, { data: port2, transferList: [port2] });
  hooks = port1;
}

async function acknowledgement(port: MessagePort, number: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const [heard] = (await once(port, 'message', { signal })) as [number];
    if (heard === number) return;
  }
}
