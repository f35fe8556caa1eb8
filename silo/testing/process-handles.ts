import { actorMetadata, componentMetadata, serviceMetadata } from '../../decorators/index.js';
import { checkKey, isWireName, printEntityId, serviceId, type EntityId } from '../../protocol/actor-id.js';
import { createCodec } from '../../protocol/codec/index.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { CallOptions } from '../../sdk/author/index.js';
import type { CheckedQuery } from '../../sdk/context/found-actors.js';
import { createHandleFactory, handleReferences, type HandleFactory } from '../../sdk/handle.js';
import { BIND } from '../activation/system-methods.js';
import { listenerName } from '../messages/listener-name.js';
import type { RemoteCall } from './process-messages.js';
import type { ProcessSilo } from './process-silo.js';

/** The silo's process that a call is made through. */
export interface CallThrough {
  call(call: RemoteCall, signal: AbortSignal | undefined): Promise<unknown>;
}

/** What looks after an entity; the silo refuses those that this version has not. */
const MANAGE = ['activation', 'deactivate', 'migrate', 'destroy', 'components', 'addComponent', 'removeComponent'] as const;

/** Handles whose calls are made in another process: that of the silo which is chosen when they are made. */
export function processHandles(through: () => CallThrough): HandleFactory {
  const call = async (target: EntityId, path: readonly string[], args: readonly unknown[], { signal, ...options }: CallOptions): Promise<unknown> =>
    through().call({ target, path, args: codec.encode(args, 'args'), options }, signal);
  const factory = createHandleFactory({
    call: (target, method, args, options, mode) => {
      if (mode === 'call') return call(target, [method], args, options);
      // Arguments that cannot be sent throw at once.
      codec.encode(args, 'args');
      call(target, ['oneWay', method], args, options).catch(() => undefined);
      return Promise.resolve();
    },
    tell: async (target, method, args, options) => {
      // The others are refused where the silo is; this one would not get there.
      if (options.signal) throw new ConfigurationError(`${printEntityId(target)}.${method}: with 'signal' is for calls; a message that is told has no result`);
      await call(target, ['tell', method], args, options);
    },
    send: async (target, event) => void (await call(target, ['send'], [event], {})),
    // As a silo's own handles do it: a call of the emitter, whose binding it is.
    bind: async ({ type, key }, event, listener, bound) => void (await call({ type, key }, [BIND], [event, listenerName(listener), bound], {})),
    componentName: (classOrName) => {
      const name = typeof classOrName === 'function' ? componentMetadata(classOrName)?.name : classOrName;
      if (isWireName(name)) return name;
      throw new ConfigurationError('getComponent: expected a class with @Component, or its name');
    },
    manage: (target) => Object.fromEntries(MANAGE.map((verb) => [verb, (...args: readonly unknown[]) => call(target, ['manage', verb], args, {})])),
  });
  const codec = createCodec({ references: handleReferences(factory) });
  return factory;
}

/** Whom `actor(Class | name, key)` means. */
export function actorTarget(actor: unknown, key: string): EntityId {
  checkKey(key);
  return { type: typeName(actor), key };
}

/** Whom `service(Class | name)` means. */
export function serviceTarget(service: unknown): EntityId {
  const name = typeof service === 'function' ? serviceMetadata(service)?.name : service;
  if (isWireName(name)) return serviceId(name);
  throw new ConfigurationError('service: expected a class with @Service, or its name');
}

/** The actors that the silo finds, which is chosen when somebody begins to look. */
export async function* foundIn<H>(silo: () => ProcessSilo, query: CheckedQuery, handle: (type: string, key: string) => H): AsyncGenerator<H, void, undefined> {
  for (const { type, key } of await silo().find(query)) yield handle(type, key);
}

/** The wire name of an actor class, or a name as it is. */
export function typeName(actor: unknown): string {
  const name = typeof actor === 'function' ? actorMetadata(actor)?.name : actor;
  if (isWireName(name)) return name;
  throw new ConfigurationError('actor: expected a class with @Actor, or its name');
}
