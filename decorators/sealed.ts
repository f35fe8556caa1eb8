// Maps and sets that nobody can change any more, also not by a cast. Lookups stay those of the built-in classes.

/** A copy of `entries` whose changing methods throw `TypeError`. */
export function readOnlyMap<K, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  return seal(new Map(entries), ['set', 'delete', 'clear']);
}

/** A copy of `values` whose changing methods throw `TypeError`. */
export function readOnlySet<T>(values: Iterable<T>): ReadonlySet<T> {
  return seal(new Set(values), ['add', 'delete', 'clear']);
}

function seal<T extends object>(collection: T, verbs: readonly string[]): T {
  for (const verb of verbs) Object.defineProperty(collection, verb, { value: refuseChange });
  return Object.freeze(collection);
}

function refuseChange(): never {
  throw new TypeError('class metadata is read-only');
}
