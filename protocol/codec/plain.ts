// Plain: which objects are just data, whatever realm (iframe, vm context) made them.

/** The prototype of objects that a literal makes. */
export function isPlainPrototype(prototype: object | null): boolean {
  if (prototype === Object.prototype) return true;
  // Another realm's Object.prototype: the root of a chain that has what only Object.prototype has.
  return prototype !== null && Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf') && Object.hasOwn(prototype, 'valueOf');
}

/** An array that is no instance of a class of its own. */
export function isPlainArray(value: object): value is unknown[] {
  if (!Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Array.prototype || (Array.isArray(prototype) && isPlainPrototype(Object.getPrototypeOf(prototype) as object | null));
}
