// @On: a handler of events.
import { ConfigurationError } from '../protocol/errors/index.js';
import { methodTarget } from './application.js';
import { eventMetadata, inheritedNote } from './class-metadata.js';
import { DELIVERY_OPTIONS, deliveryOf, type DeliveryOptions } from './delivery.js';
import { declareMembers } from './members.js';
import type { Constructor } from './metadata.js';
import { checkChoice, checkOptions, describe } from './options.js';

/** With how a handler that throws is run again. */
export interface OnOptions extends DeliveryOptions {
  /** `self`: hears the own actor and its components, without `bind`. Absent: those that the entity is bound to. */
  readonly from?: 'self';
}

/** Decorates a method that takes the event and its origin. */
export type HandlerDecorator<E> = <M extends (event: E, origin: never) => unknown>(
  target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>,
) => void;

const OPTIONS = { known: ['from', ...DELIVERY_OPTIONS], later: [] };

/** Runs the method for each event of exactly this class that the entity is sent, or bound to, or with `from: 'self'` that its actor emits. The method cannot be called; several `@On` may share it. */
export function On<E extends object>(event: new (...args: never[]) => E, options: OnOptions = {}): HandlerDecorator<E> {
  return (...applied: unknown[]): void => {
    const { prototype, name, where } = methodTarget('@On', applied);
    const { name: eventName, target } = checkEvent(where, event);
    const checked = checkOptions(where, options, OPTIONS);
    const from = checked['from'] === undefined ? undefined : checkChoice(where, 'from', checked['from'], ['self'], ['self']);
    const delivery = deliveryOf(where, checked);
    const { handlers } = declareMembers(prototype);
    const present = handlers.get(name) ?? [];
    if (present.some((handler) => handler.event === target && handler.from === from)) throw new ConfigurationError(`${where}: the method handles ${eventName} already`);
    // Decorators run bottom-up; metadata keeps the order of the source.
    handlers.set(name, [Object.freeze({ method: name, event: target, eventName, from, delivery }), ...present]);
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
