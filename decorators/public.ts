// @Public: opens a method to outside clients, or an event class to outside listeners.
import { ConfigurationError } from '../protocol/errors/index.js';
import type { StandardSchema } from '../protocol/standard-schema.js';
import { className, classTarget, isClassApplication, methodTarget, refuseBareUse } from './application.js';
import { definePublicClass } from './class-metadata.js';
import { declareMembers } from './members.js';
import type { Constructor, PublicAccess, PublicAudience } from './metadata.js';
import { checkOptions, describe, isStandardSchema } from './options.js';

export interface PublicOptions {
  /** `self`: the identity whose id is the actor's key. `any`: every client. An array: clients with one of these roles. */
  readonly for?: 'self' | 'any' | readonly string[];
  /** One schema per argument, run at the gateway; the method gets their output. On methods only. */
  readonly args?: readonly StandardSchema[];
}

/** Decorates methods of actors and components, and event classes. */
export interface PublicDecorator {
  (target: Constructor): void;
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): void;
}

const OPTIONS = { known: ['for', 'args'], later: [] };
const CLASS_OPTIONS = { known: ['for'], later: [] };

/**
 * Opens a method to outside clients, or (with `@ActorEvent`, in either order) an event class to outside listeners. Without `for`: `self`
 * on the type named by `gateway.session`, else `any`. An override is closed again unless it repeats the decorator.
 */
export function Public(options: PublicOptions = {}): PublicDecorator {
  refuseBareUse('@Public', options);
  return (...applied: unknown[]): void => {
    if (isClassApplication(applied)) openClass(applied, options);
    else openMethod(applied, options);
  };
}

function openClass(applied: readonly unknown[], options: unknown): void {
  const target = classTarget('@Public', applied);
  const where = `@Public on class ${className(target)}`;
  const given = checkOptions(where, options, CLASS_OPTIONS);
  definePublicClass(target, Object.freeze({ for: checkAudience(where, given.for) }));
}

function openMethod(applied: readonly unknown[], options: unknown): void {
  const { prototype, name, where } = methodTarget('@Public', applied);
  const given = checkOptions(where, options, OPTIONS);
  const members = declareMembers(prototype);
  if (members.public.has(name)) throw new ConfigurationError(`${where}: the method has it already`);
  const access: PublicAccess = { for: checkAudience(where, given.for), args: checkSchemas(where, given.args) };
  members.public.set(name, Object.freeze(access));
}

function checkAudience(where: string, value: unknown): PublicAudience {
  if (value === undefined) return 'default';
  if (value === 'self' || value === 'any') return value;
  if (!Array.isArray(value)) {
    throw new ConfigurationError(`${where}: option "for" is ${describe(value)}; expected 'self', 'any' or an array of roles`);
  }
  const roles = value as readonly unknown[];
  if (roles.length === 0) throw new ConfigurationError(`${where}: option "for" is an empty array; name a role, or leave @Public out`);
  return Object.freeze(Array.from(roles, (role, index) => {
    if (typeof role === 'string' && role !== '') return role;
    throw new ConfigurationError(`${where}: option "for[${index}]" is ${describe(role)}; expected a role's name`);
  }));
}

function checkSchemas(where: string, value: unknown): readonly StandardSchema[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new ConfigurationError(`${where}: option "args" is ${describe(value)}; expected an array of schemas`);
  return Object.freeze(Array.from(value as readonly unknown[], (schema, index) => {
    if (isStandardSchema(schema)) return schema;
    throw new ConfigurationError(`${where}: option "args[${index}]" is ${describe(schema)}; expected a Standard Schema (zod, valibot, arktype, ...)`);
  }));
}
