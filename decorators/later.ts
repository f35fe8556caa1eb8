// Decorators of the public contract that this version does not implement: each throws `ConfigurationError` when it is used.
import { notImplemented } from '../protocol/errors/not-implemented.js';

type MethodDecoratorOf = (target: object, name: string | symbol, descriptor: PropertyDescriptor) => void;

/** A handler of a durable reminder. Not in this version: refused with `ConfigurationError`. */
export function OnReminder(_name: string): MethodDecoratorOf {
  throw notImplemented('@OnReminder');
}
