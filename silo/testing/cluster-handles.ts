import type { EntityId } from '../../protocol/actor-id.js';
import type { CallOptions } from '../../sdk/author/index.js';
import { createHandleFactory, type HandleFactory } from '../../sdk/handle.js';
import type { TestSilo } from './test-silo.js';

interface Manageable {
  with(options: CallOptions): { readonly manage: object };
}

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** Handles of a cluster in memory. `running`: the silo that a call is made through; `any`: one that knows the classes. */
export function clusterHandles(running: () => TestSilo, any: () => TestSilo): HandleFactory {
  return createHandleFactory({
    call: (target, method, args, options, mode) => call(running, target, method, args, options, mode),
    componentName: (classOrName) => any().runtime.types.componentName(classOrName),
    tell: async (target, method, args, options) => running().messenger.tell(target, method, args, options),
    send: async (target, event) => running().messenger.send(target, event),
    bind: async (target, event, listener, bound) => running().messenger.bind(target, event, listener, bound),
    manage: (target, options) => (running().runtime.handles.handle(target) as unknown as Manageable).with(options).manage,
  });
}

function call(running: () => TestSilo, target: EntityId, method: string, args: readonly unknown[], options: CallOptions, mode: 'call' | 'oneWay'): Promise<unknown> {
  try {
    const handle = (running().runtime.handles.handle(target) as unknown as { with(given: CallOptions): { readonly oneWay: Methods } & Methods }).with(options);
    if (mode === 'call') return handle[method]!(...args) as Promise<unknown>;
    handle.oneWay[method]!(...args);
    return Promise.resolve();
  } catch (error) {
    if (mode === 'oneWay') throw error;
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
