// The handle: an actor's (or component's) address with verbs on it. The same object in a silo and in a client; what differs is the
// `HandleCaller` behind the factory.
//   N1. A handle is immutable, does no I/O by itself, and is never a thenable.
//   N2. Method names become functions on the factory's shared prototype at their first use: later uses are ordinary property hits.
import { isService, printEntityId, sameEntity, type EntityId } from '../protocol/actor-id.js';
import { isTag, printComponentAddress } from '../protocol/component-address.js';
import type { ReferenceCodec } from '../protocol/codec/index.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { notImplemented } from '../protocol/errors/not-implemented.js';
import type { AnyHandle, CallOptions } from './author/index.js';
import { eventClassName } from './event-class-name.js';
import { mergeCallOptions } from './handle-options.js';
import { addMethodsOnDemand, Verb } from './methods-on-demand.js';

/** What stands behind handles: a silo's router or a client's connection. Absent verbs are refused as not implemented. */
export interface HandleCaller {
  /** A `oneWay` call resolves when it is handed over and never rejects; arguments that cannot be sent throw at once. */
  call(target: EntityId, method: string, args: unknown[], options: CallOptions, mode: 'call' | 'oneWay'): Promise<unknown>;
  /** The wire name of a component class, or a valid name as it is. */
  componentName(classOrName: unknown): string;
  manage?(target: EntityId, options: CallOptions): object;
  /** Resolves when the message is buffered (in a turn) or stored. */
  tell?(target: EntityId, method: string, args: unknown[], options: CallOptions): Promise<void>;
  /** As `tell`, for an event. */
  send?(target: EntityId, event: object): Promise<void>;
  /** Who hears the events of a name. */
  bind?(target: EntityId, event: string, listener: EntityId, bound: boolean): Promise<void>;
  /** The error of a verb that this side never has. Default: not in this version. */
  lacks?(verb: string): Error;
  on?(target: EntityId, event: unknown, listener: (...args: never[]) => void, options: unknown): Promise<() => Promise<void>>;
}

/** Makes handles, and knows them again. */
export interface HandleFactory {
  handle(target: EntityId): AnyHandle;
  isHandle(value: unknown): value is AnyHandle;
}

const NO_OPTIONS: CallOptions = Object.freeze({});

class HandleBase implements AnyHandle {
  readonly #target: EntityId;
  readonly #options: CallOptions;

  constructor(target: EntityId, options: CallOptions) {
    this.#target = target;
    this.#options = options;
    Object.freeze(this);
  }

  static target(handle: HandleBase): EntityId {
    return handle.#target;
  }

  static options(handle: HandleBase): CallOptions {
    return handle.#options;
  }

  static is(value: unknown): value is HandleBase {
    return typeof value === 'object' && value !== null && #target in value;
  }

  get id(): EntityId {
    return this.#target;
  }

  get then(): undefined {
    return undefined;
  }

  equals(other: unknown): boolean {
    return HandleBase.is(other) && sameEntity(this.#target, other.#target);
  }

  toString(): string {
    return printEntityId(this.#target);
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.toPrimitive](): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Makes the handles of one silo or client. */
export function createHandleFactory(caller: HandleCaller): HandleFactory {
  class BoundHandle extends HandleBase {
    with(options: CallOptions): BoundHandle {
      return new BoundHandle(HandleBase.target(this), mergedOptions(this, options, caller));
    }

    getComponent(classOrName: unknown): BoundHandle {
      refuseService(this, 'getComponent', 'it has no components');
      return new BoundHandle(componentOf(this, caller.componentName(classOrName)), HandleBase.options(this));
    }

    findComponent(classOrName: unknown, tag: unknown): unknown {
      refuseService(this, 'findComponent', 'it has no components');
      if (caller.lacks) return Promise.reject(caller.lacks('findComponent'));
      return new BoundHandle(componentOf(this, taggedAddress(caller, classOrName, tag)), HandleBase.options(this));
    }

    get oneWay(): object {
      return oneWayOf(this, caller);
    }

    get manage(): object {
      refuseService(this, 'manage', 'nobody looks after its instances but their silos');
      if (!caller.manage) throw lackOf(caller, 'manage');
      return caller.manage(HandleBase.target(this), optionsFor(this, 'manage'));
    }

    get tell(): object {
      refuseService(this, 'tell', 'it records nothing; call it');
      if (!caller.tell) throw lackOf(caller, 'tell');
      return new Verb((method, args) => caller.tell!(HandleBase.target(this), method, args, HandleBase.options(this)));
    }

    on(event: unknown, listener: (...args: never[]) => void, options?: unknown): Promise<unknown> {
      if (!caller.on) return Promise.reject(new ConfigurationError('on: live subscriptions are for clients; an actor hears its own events with @On'));
      return caller.on(HandleBase.target(this), event, listener, options);
    }
  }

  addEventVerbs(BoundHandle.prototype, caller);
  addMethodsOnDemand((value) => HandleBase.is(value), BoundHandle.prototype, (self, method, args) =>
    caller.call(HandleBase.target(self as BoundHandle), method, args, HandleBase.options(self as BoundHandle), 'call'));
  return {
    handle: (target) => new BoundHandle(freezeId(target), NO_OPTIONS),
    isHandle: (value): value is AnyHandle => HandleBase.is(value),
  };
}

/** Where a handle leads, and with which options; `undefined` for what is none. */
export function partsOfHandle(value: unknown): { readonly target: EntityId; readonly options: CallOptions } | undefined {
  return HandleBase.is(value) ? { target: HandleBase.target(value), options: HandleBase.options(value) } : undefined;
}

/** How handles travel: as their id. A handle of any factory of this process is understood; it comes back as one of `factory`. */
export function handleReferences(factory: HandleFactory): ReferenceCodec {
  return {
    isReference: (value) => factory.isHandle(value),
    toId: (value) => HandleBase.target(value as HandleBase),
    fromId: (id) => factory.handle(id),
  };
}

function refuseService(handle: HandleBase, verb: string, why: string): void {
  if (isService(handle.id)) throw new ConfigurationError(`${verb}: ${printEntityId(handle.id)} is a service: ${why}`);
}

/** Its promise never rejects; arguments that cannot be sent are thrown at once. */
function oneWayOf(handle: HandleBase, caller: HandleCaller): object {
  const options = optionsFor(handle, 'oneWay');
  return new Verb((method, args) => void caller.call(HandleBase.target(handle), method, args, options, 'oneWay'));
}

/** Of a verb whose calls are never durable. */
function optionsFor(handle: HandleBase, verb: string): CallOptions {
  const options = HandleBase.options(handle);
  if (options.durable) throw new ConfigurationError(`${verb}: ${printEntityId(handle.id)} has the option 'durable', which is for calls whose result somebody awaits`);
  return options;
}

function lackOf(caller: HandleCaller, verb: string): Error {
  return caller.lacks?.(verb) ?? notImplemented(`handle.${verb}`);
}

function addEventVerbs(prototype: object, caller: HandleCaller): void {
  const verbs: Readonly<Record<string, (this: HandleBase, ...args: never[]) => Promise<void>>> = {
    send(event: object) {
      return sendTo(this, caller, event);
    },
    bind(event: unknown, listener: unknown) {
      return changeBinding(this, caller, 'bind', event, listener);
    },
    unbind(event: unknown, listener: unknown) {
      return changeBinding(this, caller, 'unbind', event, listener);
    },
  };
  for (const [name, value] of Object.entries(verbs)) Object.defineProperty(prototype, name, { value });
}

async function sendTo(handle: HandleBase, caller: HandleCaller, event: object): Promise<void> {
  refuseService(handle, 'send', 'it has no handlers; call it');
  if (!caller.send) throw lackOf(caller, 'send');
  await caller.send(HandleBase.target(handle), event);
}

async function changeBinding(handle: HandleBase, caller: HandleCaller, verb: 'bind' | 'unbind', event: unknown, listener: unknown): Promise<void> {
  refuseService(handle, verb, 'it emits nothing that is kept');
  if (!caller.bind) throw lackOf(caller, verb);
  if (!HandleBase.is(listener)) throw new ConfigurationError(`${verb}: expected the listener's handle`);
  refuseService(listener, verb, 'it has no handlers');
  await caller.bind(HandleBase.target(handle), eventClassName(verb, event), HandleBase.target(listener), verb === 'bind');
}

function mergedOptions(handle: HandleBase, added: CallOptions, caller: HandleCaller): CallOptions {
  const merged = mergeCallOptions(HandleBase.options(handle), added);
  if (merged.idempotencyKey !== undefined) refuseService(handle, 'with: idempotencyKey', 'it has no state to record the result with');
  if (merged.durable) refuseService(handle, 'with: durable', 'it has no state to record the result with');
  // Outside of silos nobody stores it.
  if (merged.durable && caller.lacks) throw new ConfigurationError('with: durable is for the code of silos; a client gives an idempotencyKey and asks again');
  return merged;
}

function componentOf({ id: { type, key } }: HandleBase, component: string): EntityId {
  return freezeId({ type, key, component });
}

function taggedAddress(caller: HandleCaller, classOrName: unknown, tag: unknown): string {
  if (!isTag(tag)) throw new ConfigurationError(`findComponent: expected a tag, got ${typeof tag === 'string' ? JSON.stringify(tag) : typeof tag}`);
  return printComponentAddress({ name: caller.componentName(classOrName), tag });
}

function freezeId({ type, key, component }: EntityId): EntityId {
  return Object.freeze(component === undefined ? { type, key } : { type, key, component });
}
