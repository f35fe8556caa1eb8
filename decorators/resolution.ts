// Resolves the members of a class along its prototypes. The nearest declaration of a name decides alone: a method that overrides
// a decorated one brings nothing along (no @Public, no @ReadOnly, no timer, no handler) unless it is decorated itself.
import { ConfigurationError } from '../protocol/errors/index.js';
import { notImplemented } from '../protocol/errors/not-implemented.js';
import { className, type NamedClass } from './application.js';
import { maxArity } from './arity.js';
import { DEFAULT_DELIVERY } from './delivery.js';
import { HOOKS, RESERVED_NAMES } from './metadata.js';
import type { ClassMetadata, Constructor, HandlerMetadata, HookName, MethodMetadata, StateFieldMetadata, TimerMetadata } from './metadata.js';
import { ownMembers, type OwnMembers } from './members.js';
import { readOnlyMap, readOnlySet } from './sealed.js';

type Method = (...args: never[]) => unknown;

interface Declaration {
  readonly name: string;
  readonly method: Method;
  /** What the declaring class decorates. */
  readonly members: OwnMembers | undefined;
  /** `method "move" of class Player`: how messages begin. */
  readonly where: string;
}

interface Members {
  readonly methods: Map<string, MethodMetadata>;
  readonly timers: TimerMetadata[];
  readonly handlers: HandlerMetadata[];
  readonly reminders: Map<string, string>;
  readonly hooks: Set<HookName>;
}

const RESERVED: ReadonlySet<string> = new Set(RESERVED_NAMES);
const HOOK_NAMES: ReadonlySet<string> = new Set(HOOKS);
const UNCALLABLE: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'toJSON']);

/** The members part of a class's metadata, frozen. Throws `ConfigurationError` naming class and member when they contradict each other. */
export function resolveMembers(target: NamedClass): Pick<ClassMetadata, 'methods' | 'state' | 'timers' | 'handlers' | 'reminders' | 'hooks'> {
  const prototypes = prototypesOf(target);
  const found: Members = { methods: new Map(), timers: [], handlers: [], reminders: new Map(), hooks: new Set() };
  const declarations = nearestDeclarations(target, prototypes);
  for (const declaration of declarations.values()) place(declaration, found);
  const state = stateFields(prototypes);
  for (const field of state.keys()) {
    const method = declarations.get(field);
    if (method) throw new ConfigurationError(`${method.where} has the name of a @State field; one of them would hide the other`);
  }
  return {
    methods: readOnlyMap(found.methods),
    state: readOnlyMap(state),
    timers: Object.freeze(found.timers),
    handlers: Object.freeze(found.handlers),
    reminders: readOnlyMap(found.reminders),
    hooks: readOnlySet(found.hooks),
  };
}

/** Base class first; `Object.prototype` left out. */
function prototypesOf(target: Constructor): readonly object[] {
  const chain: object[] = [];
  let prototype = target.prototype as object | null;
  while (prototype !== null && prototype !== Object.prototype) {
    chain.unshift(prototype);
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return chain;
}

function nearestDeclarations(target: NamedClass, prototypes: readonly object[]): ReadonlyMap<string, Declaration> {
  const nearest = new Map<string, Declaration>();
  for (const prototype of prototypes) {
    const members = ownMembers(prototype);
    refuseReplaced(target, prototype, members);
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const value: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      if (name === 'constructor') continue;
      // An accessor or a plain value that overrides a method takes the method away.
      if (typeof value !== 'function') nearest.delete(name);
      else nearest.set(name, { name, method: value as Method, members, where: whereOf(target, prototype, name) });
    }
  }
  return nearest;
}

/** Another decorator may have put an accessor in the method's place (autobind): what was decorated must not vanish silently. */
function refuseReplaced(target: NamedClass, prototype: object, members: OwnMembers | undefined): void {
  if (!members) return;
  for (const name of [...members.public.keys(), ...members.readOnly.keys(), ...members.interleave, ...members.timers.keys(), ...members.handlers.keys(), ...members.delivery.keys(), ...members.reminders.keys()]) {
    if (typeof Object.getOwnPropertyDescriptor(prototype, name)?.value === 'function') continue;
    throw new ConfigurationError(`${decoratorOn(name, members)} on ${whereOf(target, prototype, name)}: another decorator replaced the method by an accessor`);
  }
}

function whereOf(target: NamedClass, prototype: object, name: string): string {
  const owner = prototype.constructor;
  const inherited = (owner as unknown) === target ? '' : ` (inherited from ${className(owner)})`;
  return `method "${name}" of class ${className(target)}${inherited}`;
}

function place(declaration: Declaration, found: Members): void {
  const { name, method, members, where } = declaration;
  const timer = members?.timers.get(name);
  const handlers = members?.handlers.get(name);
  const reminders = members?.reminders.get(name);
  if (RESERVED.has(name)) throw new ConfigurationError(`${where}: the name is reserved for handles (${RESERVED_NAMES.join(', ')}); choose another`);
  if (HOOK_NAMES.has(name)) {
    refuseDecorators(declaration, 'is a hook');
    found.hooks.add(name as HookName);
  } else if (timer || handlers || reminders) {
    refuseHandler(declaration);
    if (timer) found.timers.push(timer);
    if (handlers) placeHandlers(declaration, handlers, found);
    if (reminders) placeReminders(declaration, reminders, found);
  } else if (UNCALLABLE.has(name)) {
    refuseDecorators(declaration, 'has a name that JavaScript itself uses');
  } else if (isGenerator(method)) {
    refuseDecorators(declaration, 'is a generator');
  } else {
    found.methods.set(name, callable(declaration));
  }
}

function placeReminders({ name, where }: Declaration, reminders: readonly string[], found: Members): void {
  for (const reminder of reminders) {
    const other = found.reminders.get(reminder);
    if (other !== undefined) throw new ConfigurationError(`${where} has @OnReminder('${reminder}'), as "${other}" has; let one of them call the other`);
    found.reminders.set(reminder, name);
  }
}

function placeHandlers({ name, where }: Declaration, handlers: readonly HandlerMetadata[], found: Members): void {
  for (const handler of handlers) {
    const other = found.handlers.find(({ event, from }) => handler.from === undefined && from === undefined && event === handler.event);
    if (other && other.method !== name) throw new ConfigurationError(`${where} handles ${handler.eventName}, as "${other.method}" does; let one of them call the other`);
    found.handlers.push(handler);
  }
}

function callable({ name, method, members, where }: Declaration): MethodMetadata {
  const access = members?.public.get(name);
  const most = maxArity(method);
  const schemas = access?.args?.length;
  if (schemas !== undefined && (schemas < method.length || schemas > most)) {
    throw new ConfigurationError(`@Public on ${where}: "args" has ${schemas} schemas for ${method.length} parameters; give one per argument`);
  }
  const reading = members?.readOnly.get(name);
  const interleave = members?.interleave.has(name) ?? false;
  if (reading?.strict && interleave) throw new ConfigurationError(`@Interleave on ${where}: a strict read waits for open turns; drop one of the two`);
  return Object.freeze({
    name, minArity: method.length, maxArity: most, readOnly: reading !== undefined, strict: reading?.strict ?? false, interleave, public: access,
    delivery: members?.delivery.get(name) ?? DEFAULT_DELIVERY,
  });
}

function refuseDecorators({ name, method, members, where }: Declaration, reason: string): void {
  const used = members && decoratorOn(name, members);
  if (used) throw new ConfigurationError(`${used} on ${where}: it ${reason} and cannot be called`);
  if (HOOK_NAMES.has(name) && isGenerator(method)) throw new ConfigurationError(`${where}: a hook cannot be a generator`);
}

function refuseHandler({ name, method, members, where }: Declaration): void {
  const kinds = [members?.timers.has(name) && '@Every', members?.handlers.has(name) && '@On', members?.reminders.has(name) && '@OnReminder'].filter((kind) => kind !== false);
  const [used = '@On', other] = kinds;
  if (other !== undefined) throw new ConfigurationError(`${where} has both ${used} and ${other}; give each a method of its own`);
  if (members?.public.has(name)) throw new ConfigurationError(`@Public on ${where}: it has ${used} and cannot be called`);
  if (members?.readOnly.has(name)) throw notImplemented(`@ReadOnly on ${where}: together with ${used} it`);
  if (members?.interleave.has(name)) throw new ConfigurationError(`@Interleave on ${where}: it has ${used}; events and ticks take their turn in order`);
  if (members?.delivery.has(name)) throw new ConfigurationError(`@Delivery on ${where}: it has ${used} and cannot be told; give the options to ${used}`);
  if (isGenerator(method)) throw new ConfigurationError(`${used} on ${where}: it is a generator`);
  if (UNCALLABLE.has(name)) throw new ConfigurationError(`${used} on ${where}: it has a name that JavaScript itself uses`);
}

function decoratorOn(name: string, members: OwnMembers): string | undefined {
  if (members.public.has(name)) return '@Public';
  if (members.readOnly.has(name)) return '@ReadOnly';
  if (members.interleave.has(name)) return '@Interleave';
  if (members.timers.has(name)) return '@Every';
  if (members.delivery.has(name)) return '@Delivery';
  if (members.reminders.has(name)) return '@OnReminder';
  return members.handlers.has(name) ? '@On' : undefined;
}

function stateFields(prototypes: readonly object[]): Map<string, StateFieldMetadata> {
  const state = new Map<string, StateFieldMetadata>();
  for (const prototype of prototypes) {
    for (const [name, field] of ownMembers(prototype)?.state ?? []) state.set(name, field);
  }
  return state;
}

function isGenerator(method: Method): boolean {
  const kind = (Object.getPrototypeOf(method) as { readonly constructor?: { readonly name?: unknown } } | null)?.constructor?.name;
  return kind === 'GeneratorFunction' || kind === 'AsyncGeneratorFunction';
}
