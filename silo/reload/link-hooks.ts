// What Node loads into its own thread for hooks (`node:module`, `register`), where it has no hooks that run beside the modules.
import { GenerationTable, type GenerationStep } from './generation-table.js';

interface Resolved {
  readonly url: string;
}
/** To the thread of the silo. */
interface Port {
  on(event: 'message', listener: (step: GenerationStep) => void): unknown;
  postMessage(acknowledged: number): void;
}
type NextResolve = (specifier: string, context: object) => Promise<Resolved>;

const table = new GenerationTable();

/** Each step that comes is acknowledged: from then on modules are linked by it. */
export function initialize(port: Port): void {
  port.on('message', (step) => {
    table.add(step);
    port.postMessage(step.number);
  });
}

/** Called by Node for each import. */
export async function resolve(specifier: string, context: { readonly parentURL?: string }, next: NextResolve): Promise<Resolved> {
  const resolved = await next(specifier, context);
  return { ...resolved, url: table.linked(resolved.url, context.parentURL) };
}
