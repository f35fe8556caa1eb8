import { InvalidArgumentError } from './errors/index.js';

/** The identity of an actor: its type's wire name and a key chosen by the user. Always addressable. */
export interface ActorId {
  readonly type: string;
  readonly key: string;
}

/** An actor, one of its components, or a service: that has the empty key, which no actor has. Each actor and component has a mailbox of its own. */
export interface EntityId extends ActorId {
  readonly component?: string | undefined;
}

/** Longest key in UTF-8 bytes. Longer keys are refused, never truncated. */
export const MAX_KEY_BYTES = 1024;

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** True when `name` can be a wire name (type, component, event, cluster): a letter or `_`, then letters, digits, `_ . -`, 64 at most. */
export function isWireName(name: unknown): name is string {
  return typeof name === 'string' && NAME.test(name);
}

/** Throws `InvalidArgumentError` unless `key` is a non-empty, well-formed string of at most `MAX_KEY_BYTES` UTF-8 bytes. */
export function checkKey(key: unknown, path = 'key'): asserts key is string {
  if (typeof key !== 'string') throw new InvalidArgumentError(`${path}: expected a string, got ${key === null ? 'null' : typeof key}`, { path });
  if (key.length === 0) throw new InvalidArgumentError(`${path}: expected a non-empty string`, { path });
  if (key.length > MAX_KEY_BYTES || (key.length * 3 > MAX_KEY_BYTES && utf8Length(key) > MAX_KEY_BYTES)) {
    throw new InvalidArgumentError(`${path}: longer than ${MAX_KEY_BYTES} bytes`, { path });
  }
  if (LONE_SURROGATE.test(key)) throw new InvalidArgumentError(`${path}: holds half of a surrogate pair`, { path });
}

/** The service of this wire name. */
export function serviceId(type: string): EntityId {
  return { type, key: '' };
}

/** It leads to a service. */
export function isService({ key }: ActorId): boolean {
  return key === '';
}

/** `player/p1` for an actor, `player/p1#Health` for a component, `PathFinding` for a service. For people and Map keys of handles; use the fields in code. */
export function printEntityId(id: EntityId): string {
  if (id.component !== undefined) return `${id.type}/${id.key}#${id.component}`;
  return isService(id) ? id.type : `${id.type}/${id.key}`;
}

/** Same type and key. */
export function sameActor(a: ActorId, b: ActorId): boolean {
  return a.key === b.key && a.type === b.type;
}

/** Same type, key and component. */
export function sameEntity(a: EntityId, b: EntityId): boolean {
  return sameActor(a, b) && a.component === b.component;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
