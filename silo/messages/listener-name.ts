import type { EntityId } from '../../protocol/actor-id.js';

/** A listener as bindings keep it. */
export function listenerName({ type, key, component }: EntityId): string {
  return component === undefined ? `${type}/${key}` : `${type}#${component}/${key}`;
}

/** What `listenerName` made of it: wire names hold neither `/` nor `#`. */
export function parseListener(name: string): EntityId {
  const slash = name.indexOf('/');
  const key = name.slice(slash + 1);
  const [type, component] = name.slice(0, slash).split('#') as [string, string?];
  return component === undefined ? { type, key } : { type, key, component };
}
