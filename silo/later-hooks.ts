import type { ActorMetadata, HookName } from '../decorators/index.js';

const LATER: readonly HookName[] = ['onDehydrate', 'onRehydrate', 'canMove', 'onDrain'];

/** Hooks that classes have and this version never calls, as `Class.hook`. */
export function hooksOfLaterVersions(types: Iterable<ActorMetadata>): readonly string[] {
  const found = new Set<string>();
  for (const type of types) {
    for (const { target, hooks } of [type, ...type.components()]) {
      for (const hook of LATER.filter((name) => hooks.has(name))) found.add(`${target.name}.${hook}`);
    }
  }
  return [...found];
}
