import type { MessagePort } from 'node:worker_threads';
import type { KeptSources } from './thread/kept-sources-hooks.js';

/** What a thread is given at its start. */
export interface ThreadStart {
  /** Of the modules to load, in order. */
  readonly modules: readonly string[];
  /** What some of the files held that they import, where they hold something else by now. */
  readonly kept: KeptSources | undefined;
  readonly shared: SharedArrayBuffer;
  /** The thread's own end: user code finds neither this nor `parentPort` in use. */
  readonly port: MessagePort;
  readonly memoryLimitMb: number;
  /** Where it makes its entities' temporary directories, or why it cannot. */
  readonly scratch: { readonly root: string } | { readonly failure: string };
}
