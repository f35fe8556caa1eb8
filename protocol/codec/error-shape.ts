// ErrorShape: which properties an error is made of, and errors made of such properties, without running constructors of user classes.
import * as errors from '../errors/index.js';
import { TroupeError } from '../errors/index.js';
import { MAX_STACK } from './wire-node.js';

/** A property of an error: its name and value. */
export type ErrorField = readonly [name: string, value: unknown];

type ErrorClass = { readonly prototype: Error };
type TroupeErrorClass = new (message: string) => TroupeError;

const BUILT_IN: readonly ErrorClass[] = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError];

/** The error classes that JavaScript has, by name. */
export const BUILT_IN_ERRORS: ReadonlyMap<string, ErrorClass> = new Map(BUILT_IN.map((Class) => [Class.prototype.name, Class]));

/** Troupe's own error classes, by code. */
export const TROUPE_ERRORS: ReadonlyMap<string, TroupeErrorClass> = new Map(
  Object.values(errors)
    .filter((Class) => Class.prototype instanceof TroupeError)
    .map((Class) => [new (Class as unknown as TroupeErrorClass)('').code, Class as unknown as TroupeErrorClass]),
);

/** The name of the built-in class that this error is of exactly, or `undefined`. */
export function builtInErrorName(error: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(error);
  return BUILT_IN.find((Class) => Class.prototype === prototype)?.prototype.name;
}

/** True when the error is of exactly one of Troupe's own classes. */
export function isTroupeError(error: object): error is TroupeError {
  return error instanceof TroupeError && TROUPE_ERRORS.get(error.code)?.prototype === Object.getPrototypeOf(error);
}

/** The stack, cut to `MAX_STACK`; `undefined` where the engine gave none. */
export function boundedStack(error: { readonly stack?: unknown }): string | undefined {
  const { stack } = error;
  return typeof stack === 'string' ? stack.slice(0, MAX_STACK) : undefined;
}

// Own properties that are no data fields, beside an AggregateError's `errors`; other errors may well have data of that name.
const ESSENCE: ReadonlySet<string> = new Set(['message', 'stack', 'cause', 'name']);

/** True for the properties that `essenceOf` covers. */
export function isEssence(error: object, name: string): boolean {
  return ESSENCE.has(name) || (name === 'errors' && error instanceof AggregateError);
}

/** Message, stack, cause, a name of its own, an AggregateError's errors: what errors have beside data fields. Absent ones are left out. */
export function essenceOf(error: Error): ErrorField[] {
  const fields: ErrorField[] = [];
  if (Object.hasOwn(error, 'message')) fields.push(['message', error.message]);
  const stack = boundedStack(error);
  if (stack !== undefined) fields.push(['stack', stack]);
  if (Object.hasOwn(error, 'cause')) fields.push(['cause', error.cause]);
  // The name of Troupe's errors is that of their class.
  if (Object.hasOwn(error, 'name') && !isTroupeError(error)) fields.push(['name', error.name]);
  if (error instanceof AggregateError) fields.push(['errors', error.errors]);
  return fields;
}

/** The data fields: own, enumerable, none of the essence. */
export function dataOf(error: Error): ErrorField[] {
  const data = isTroupeError(error) ? error.data : (error as unknown as Readonly<Record<string, unknown>>);
  return Object.keys(data).filter((name) => !isEssence(error, name)).map((name) => [name, data[name]]);
}

/** An error of the class, without message, stack or fields; runs no constructor but `Error`'s, so engines know it as an error. */
export function bareError(prototype: object): Error {
  return withoutStack(() => Object.setPrototypeOf(new Error(), prototype) as Error);
}

/** One of Troupe's errors by its code, without stack and fields; `undefined` for an unknown code. */
export function bareTroupeError(code: unknown): TroupeError | undefined {
  const Class = TROUPE_ERRORS.get(code as string);
  if (Class === undefined) return undefined;
  return withoutStack(() => new Class(''));
}

/** The stack of whoever restores an error is of no use to anybody, and costs more than the rest; without one an error encodes as it was. */
function withoutStack<E extends Error>(make: () => E): E {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const error = make();
    delete error.stack;
    return error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * Gives an error properties as its class would have: the essence hidden, Troupe's data in `data` as well, the rest plain. All at once: `data` is
 * frozen, and to copy it for each field of a long list would take seconds.
 */
export function setErrorFields(error: Error, fields: readonly ErrorField[]): void {
  const data = error instanceof TroupeError ? { ...error.data } : undefined;
  for (const [name, value] of fields) {
    const enumerable = name === 'name' || !isEssence(error, name);
    if (data !== undefined && enumerable) {
      Object.defineProperty(data, name, { value, enumerable, writable: true, configurable: true });
      // `code`, `retryable` and the like are the class's: data of the same name stays in `data`.
      if (name in error) continue;
    }
    Object.defineProperty(error, name, { value, enumerable, writable: true, configurable: true });
  }
  if (data !== undefined) (error as unknown as { data: object }).data = Object.freeze(data);
}
