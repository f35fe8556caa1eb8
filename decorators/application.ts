// What a decorator was put on. Decorators are legacy ones (`experimentalDecorators`): a class decorator gets the class; a member
// decorator gets the prototype (or, on a static member, the class), the name and, for methods and accessors, a descriptor.
import { ConfigurationError } from '../protocol/errors/index.js';
import { describe, isUnnamed } from './options.js';
import type { Constructor } from './metadata.js';

/** A class as decorators get it. */
export type NamedClass = Constructor & { readonly name: string };

/** The class's name for messages, also when it has none. */
export function className(target: { readonly name: string }): string {
  return isUnnamed(target) ? '(without a name)' : target.name;
}

export interface MemberApplication {
  readonly prototype: object;
  readonly name: string;
  /** The method; absent for fields and accessors. */
  readonly method?: ((...args: never[]) => unknown) | undefined;
  readonly isAccessor: boolean;
  /** `@Public on Player.move`: how messages begin. */
  readonly where: string;
}

/** Throws `ConfigurationError` when the decorator itself was applied (`@Public move()`) instead of its result (`@Public() move()`). */
export function refuseBareUse(decorator: string, options: unknown): void {
  const isTarget = typeof options === 'function' || (typeof options === 'object' && options !== null && Object.hasOwn(options, 'constructor'));
  if (isTarget) throw new ConfigurationError(`${decorator} needs parentheses: write ${decorator}(...) with options or ${decorator}()`);
}

/** True when the arguments are those of a class decorator. */
export function isClassApplication(applied: readonly unknown[]): boolean {
  return typeof applied[0] === 'function' && (applied.length === 1 || (applied.length <= 3 && applied[1] === undefined));
}

/** The decorated class. Throws `ConfigurationError` for standard decorators and for members. */
export function classTarget(decorator: string, applied: readonly unknown[]): NamedClass {
  refuseStandardDecorator(decorator, applied);
  if (!isClassApplication(applied)) throw new ConfigurationError(`${decorator} belongs on a class, not on the member ${memberName(applied)}`);
  return applied[0] as NamedClass;
}

/** The decorated instance member. Throws `ConfigurationError` for standard decorators, classes, static members and symbols. */
export function memberTarget(decorator: string, applied: readonly unknown[]): MemberApplication {
  refuseStandardDecorator(decorator, applied);
  const [target, name] = applied;
  if (isClassApplication(applied)) throw new ConfigurationError(`${decorator} belongs on a member, not on the class ${describe(target)}`);
  const where = `${decorator} on ${memberName(applied)}`;
  if (typeof target === 'function') throw new ConfigurationError(`${where}: static members cannot be decorated`);
  if (typeof name !== 'string') throw new ConfigurationError(`${where}: members named by a symbol cannot be decorated`);
  const prototype = target as object;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  const value: unknown = descriptor?.value;
  return {
    prototype, name, where,
    method: typeof value === 'function' ? (value as (...args: never[]) => unknown) : undefined,
    isAccessor: descriptor?.get !== undefined || descriptor?.set !== undefined,
  };
}

/** The decorated method. Throws `ConfigurationError` for anything else. */
export function methodTarget(decorator: string, applied: readonly unknown[]): MemberApplication & Required<Pick<MemberApplication, 'method'>> {
  const member = memberTarget(decorator, applied);
  if (member.method) return { ...member, method: member.method };
  const kind = member.isAccessor ? 'an accessor' : 'a field';
  throw new ConfigurationError(`${member.where}: it belongs on a method, not on ${kind}`);
}

function refuseStandardDecorator(decorator: string, applied: readonly unknown[]): void {
  const context = applied[1];
  if (typeof context !== 'object' || context === null || !('kind' in context)) return;
  const { kind, name } = context as { readonly kind: unknown; readonly name?: unknown };
  const where = typeof name === 'string' && name !== '' ? `${decorator} on ${String(kind)} "${name}"` : decorator;
  throw new ConfigurationError(
    `${where} was called as a standard decorator; set "experimentalDecorators": true in the "compilerOptions" of tsconfig.json`,
  );
}

function memberName([target, name]: readonly unknown[]): string {
  const owner = typeof target === 'function' ? target : (target as { readonly constructor?: unknown } | undefined)?.constructor;
  return `${typeof owner === 'function' ? className(owner) : '(without a class)'}.${String(name)}`;
}
