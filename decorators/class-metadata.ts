// The resolved metadata of decorated classes. Each record is frozen, belongs to exactly one class and is never inherited.
import 'reflect-metadata';
import { ConfigurationError } from '../protocol/errors/index.js';
import { serializableClass } from '../protocol/serializable-registry.js';
import { className, type NamedClass } from './application.js';
import type { ActorMetadata, ComponentMetadata, Constructor, EventMetadata, PublicAccess, ServiceMetadata } from './metadata.js';

const KINDS = ['Actor', 'Component', 'Service', 'ActorEvent', 'Serializable'] as const;
type ClassKind = (typeof KINDS)[number];
const KEYS: Readonly<Record<ClassKind, string>> = {
  Actor: 'troupe:actor', Component: 'troupe:component', Service: 'troupe:service', ActorEvent: 'troupe:event', Serializable: 'troupe:serializable',
};
const PUBLIC_CLASS = 'troupe:public-class';
/** The records of this copy of the package. Metadata is kept beside classes for the whole process, for every copy that it loads. */
const records = new WeakSet<object>();

/** What `@Actor` says of this very class; `undefined` without it, also when only a base class has it. Always the same frozen object. */
export function actorMetadata(target: unknown): ActorMetadata | undefined {
  return own('Actor', target) as ActorMetadata | undefined;
}

/** What `@Component` says of this very class; `undefined` without it, also when only a base class has it. Always the same frozen object. */
export function componentMetadata(target: unknown): ComponentMetadata | undefined {
  return own('Component', target) as ComponentMetadata | undefined;
}

/** What `@Service` says of this very class; `undefined` without it, also when only a base class has it. Always the same frozen object. */
export function serviceMetadata(target: unknown): ServiceMetadata | undefined {
  return own('Service', target) as ServiceMetadata | undefined;
}

/** What `@ActorEvent` (and `@Public`) say of this very class; `undefined` without it, also when only a base class has it. */
export function eventMetadata(target: unknown): EventMetadata | undefined {
  return own('ActorEvent', target) as EventMetadata | undefined;
}

/** The event class of a wire name, if one is loaded. `@Serializable` classes that are no events are not found here. */
export function eventMetadataByName(name: string): EventMetadata | undefined {
  return eventMetadata(serializableClass(name));
}

/** Keeps the metadata of a class. Throws `ConfigurationError` when the class has this or another of the class decorators already. */
export function defineClass(kind: ClassKind, target: NamedClass, metadata: object): void {
  refuseSecondKind(kind, target);
  keepRecord(kind, target, metadata);
}

function keepRecord(kind: ClassKind, target: NamedClass, metadata: object): void {
  records.add(metadata);
  Reflect.defineMetadata(KEYS[kind], metadata, target);
}

/** Throws `ConfigurationError` when the class has one of the class decorators already. */
export function refuseSecondKind(kind: ClassKind, target: NamedClass): void {
  const present = KINDS.find((other) => own(other, target) !== undefined);
  if (present === undefined) return;
  const reason = present === kind ? 'the class has it already' : `the class is an @${present} already; a class has one of them`;
  throw new ConfigurationError(`@${kind} on class ${className(target)}: ${reason}`);
}

/** Says of a class without this decorator that a base class has it, for messages; empty when none has. */
export function inheritedNote(kind: ClassKind, target: unknown): string {
  for (let base: unknown = target; typeof base === 'function'; base = Object.getPrototypeOf(base)) {
    if (base !== target && own(kind, base)) return ` (its base class ${className(base)} has @${kind}, which is not inherited)`;
  }
  return '';
}

/** Opens an event class to outside clients, before or after `@ActorEvent` runs. */
export function definePublicClass(target: NamedClass, access: PublicAccess): void {
  const other = KINDS.find((kind) => kind !== 'ActorEvent' && own(kind, target) !== undefined);
  if (other !== undefined) throw publicOn(target, other);
  if (publicClassAccess(target)) throw new ConfigurationError(`@Public on class ${className(target)}: the class has it already`);
  Reflect.defineMetadata(PUBLIC_CLASS, access, target);
  const event = eventMetadata(target);
  if (event) keepRecord('ActorEvent', target, Object.freeze({ ...event, public: access }));
}

/** What `@Public` says of this very class. */
export function publicClassAccess(target: Constructor): PublicAccess | undefined {
  return Reflect.getOwnMetadata(PUBLIC_CLASS, target) as PublicAccess | undefined;
}

/** Throws `ConfigurationError` when `@Public` stands on a class that is no event. */
export function refusePublicClass(kind: ClassKind, target: NamedClass): void {
  if (publicClassAccess(target)) throw publicOn(target, kind);
}

function publicOn(target: { readonly name: string }, kind: ClassKind): ConfigurationError {
  return new ConfigurationError(`@Public on class ${className(target)}: it opens methods and @ActorEvent classes, not an @${kind} class`);
}

function own(kind: ClassKind, target: unknown): object | undefined {
  if (typeof target !== 'function') return undefined;
  const metadata = Reflect.getOwnMetadata(KEYS[kind], target) as object | undefined;
  if (metadata === undefined || records.has(metadata)) return metadata;
  // Its own registries, errors and handles would be strangers here: better said than half working.
  throw new ConfigurationError(
    `class ${className(target)} was decorated by another copy of troupe than this one: a process needs a single copy (npm ls troupe shows them, npm dedupe may help)`,
  );
}
