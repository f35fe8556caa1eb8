/** What cannot change and can be sent: it needs no copy. */
export type Primitive = string | number | boolean | bigint | null | undefined;

/** Symbols are none: they are known in one process only. */
export function isPrimitive(value: unknown): value is Primitive {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol');
}
