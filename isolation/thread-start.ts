import type { MessagePort } from 'node:worker_threads';

/** What a thread is given at its start. */
export interface ThreadStart {
  /** Of the modules to load, in order. */
  readonly modules: readonly string[];
  readonly shared: SharedArrayBuffer;
  /** The thread's own end: user code finds neither this nor `parentPort` in use. */
  readonly port: MessagePort;
  readonly memoryLimitMb: number;
  /** Where it makes its entities' temporary directories, or why it cannot. */
  readonly scratch: { readonly root: string } | { readonly failure: string };
}
