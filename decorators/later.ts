// Decorators of the public contract that this version does not implement: each throws `ConfigurationError` when it is used.
import { notImplemented } from '../protocol/errors/not-implemented.js';
import type { Duration } from '../protocol/duration.js';

type MethodDecoratorOf = (target: object, name: string | symbol, descriptor: PropertyDescriptor) => void;

/** How tells are retried. Not in this version, which has no tells. */
export interface DeliveryOptions {
  readonly attempts?: number;
  readonly backoff?: Duration;
  readonly order?: 'strict' | 'relaxed';
}

/** A handler of a durable reminder. Not in this version: refused with `ConfigurationError`. */
export function OnReminder(_name: string): MethodDecoratorOf {
  throw notImplemented('@OnReminder');
}

/** How a method's tells are retried. Not in this version: refused with `ConfigurationError`. */
export function Delivery(_options: DeliveryOptions): MethodDecoratorOf {
  throw notImplemented('@Delivery');
}
