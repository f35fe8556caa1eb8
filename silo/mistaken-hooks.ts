import { HOOKS, type ActorMetadata } from '../decorators/index.js';

/** How many letters may differ. */
const MAX_DISTANCE = 2;
/** `canMoveTo` is a game's own; only what begins like an event's name is taken for a slip. */
const LIKE_A_HOOK = /^on/i;

/** Closed methods that are called nearly as a hook is, as `Class.onActivated (onActivate?)`. Nobody calls those hooks. */
export function mistakenHooks(types: Iterable<ActorMetadata>): readonly string[] {
  const classes = new Set([...types].flatMap((type) => [type, ...type.components()]));
  return [...classes].flatMap(({ target, methods }) => [...methods.values()].flatMap((method) => {
    const hook = method.public ? undefined : likelyHook(method.name);
    return hook === undefined ? [] : [`${target.name}.${method.name} (${hook}?)`];
  }));
}

function likelyHook(name: string): string | undefined {
  const lower = name.toLowerCase();
  const same = HOOKS.find((hook) => hook.toLowerCase() === lower);
  if (same !== undefined || !LIKE_A_HOOK.test(name)) return same;
  return HOOKS.find((hook) => distance(hook.toLowerCase(), lower) <= MAX_DISTANCE);
}

/** Levenshtein's: insertions, deletions and replacements, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
