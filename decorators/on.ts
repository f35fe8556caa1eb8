// @On: a handler of events.
import type { Duration } from '../protocol/duration.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { notImplemented } from '../protocol/errors/not-implemented.js';
import { methodTarget } from './application.js';
import { eventMetadata, inheritedNote } from './class-metadata.js';
import { declareMembers } from './members.js';
import type { Constructor } from './metadata.js';
import { checkChoice, checkOptions, describe } from './options.js';

export interface OnOptions {
  /** `self`: hears the own actor and its components, without `bind`. Required in this version. */
  readonly from?: 'self';
  /** Whether events of one emitter arrive in order. Not in this version: refused with `ConfigurationError`. */
  readonly order?: 'strict' | 'relaxed';
  /** How often a handler that throws is run again. Not in this version: refused with `ConfigurationError`. */
  readonly attempts?: number;
  /** How long to wait before that. Not in this version: refused with `ConfigurationError`. */
  readonly backoff?: Duration;
}

/** Decorates a method that takes the event and its origin. */
export type HandlerDecorator<E> = <M extends (event: E, origin: never) => unknown>(
  target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>,
) => void;

const OPTIONS = { known: ['from'], later: ['order', 'attempts', 'backoff'] };

/** Runs the method for each event of exactly this class. The method cannot be called; several `@On` may share it. */
export function On<E extends object>(event: new (...args: never[]) => E, options: OnOptions = {}): HandlerDecorator<E> {
  return (...applied: unknown[]): void => {
    const { prototype, name, where } = methodTarget('@On', applied);
    const { name: eventName, target } = checkEvent(where, event);
    const { from } = checkOptions(where, options, OPTIONS);
    if (from === undefined) throw notImplemented(`${where}: a handler without the option "from: 'self'"`);
    checkChoice(where, 'from', from, ['self'], ['self']);
    const { handlers } = declareMembers(prototype);
    const present = handlers.get(name) ?? [];
    if (present.some((handler) => handler.event === target)) throw new ConfigurationError(`${where}: the method handles ${eventName} already`);
    // Decorators run bottom-up; metadata keeps the order of the source.
    handlers.set(name, [Object.freeze({ method: name, event: target, eventName, from: 'self' }), ...present]);
  };
}

function checkEvent(where: string, event: unknown): { readonly name: string; readonly target: Constructor } {
  if (event === undefined) {
    const cause = 'its module has not loaded yet (circular import); move events to a module of their own';
    throw new ConfigurationError(`${where}: the event class is undefined: ${cause}`);
  }
  const metadata = eventMetadata(event);
  if (metadata) return metadata;
  throw new ConfigurationError(`${where}: ${describe(event)} is no event class${inheritedNote('ActorEvent', event)}; decorate it with @ActorEvent('name')`);
}
