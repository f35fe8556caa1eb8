// WireNode: how values that MessagePack has no form for are written. Everything is core MessagePack (nil, booleans, numbers, 64-bit integers
// for bigint, str, bin, array, map with string keys) and one extension that msgpackr writes itself: type 0 for `undefined`.
//   W1. An array whose first element is nil is a node: [nil, tag, ...]. A user's array that begins with nil is written as an `array` node.
//   W2. A map has string keys only, well-formed, and none of `__proto__`, `constructor`: other objects are `object` nodes.
//   W3. Objects are numbered in the order in which they are met, from 0, when the message is wrapped in a `graph` node: that is the case
//       exactly when an object occurs twice. Its later occurrences are `repeat` nodes holding its number.

/** What a node is. The numbers are the wire format: never reuse one. */
export const Tag = {
  /** The elements: an array that begins with null. */
  array: 0,
  /** Nothing: -0. */
  negativeZero: 1,
  /** Hexadecimal digits, `-` before them: a bigint of more than 64 bits. */
  bigint: 2,
  /** UTF-16LE bytes: a string that UTF-8 would change (half a surrogate pair, a leading byte order mark). */
  text: 3,
  /** Key, value, …: a plain object with odd keys. */
  object: 4,
  /** Key, value, …: an object without prototype. */
  bare: 5,
  /** Length, then index, element, …: an array with holes. */
  sparse: 6,
  /** Milliseconds, NaN for an invalid date. */
  date: 7,
  /** Source, flags. */
  regExp: 8,
  /** Key, value, …. */
  map: 9,
  /** The members. */
  set: 10,
  /** Kind, bytes: typed arrays, ArrayBuffer, DataView, Buffer. */
  bytes: 11,
  /** Wire name, then key, value, …: a registered class, errors among them. */
  instance: 12,
  /** Class, then key, value, …: an error of a class that JavaScript has. */
  error: 13,
  /** Code, then key, value, …: an error of Troupe's. */
  troupeError: 14,
  /** Type, key, component?: a handle. */
  reference: 15,
  /** Number of an object met before (W3). */
  repeat: 16,
  /** The value, which has `repeat` nodes in it (W3). */
  graph: 17,
} as const;

/** One of the tags. */
export type Tag = (typeof Tag)[keyof typeof Tag];

/** Any node but a plain value. */
export type WireNode = [null, Tag, ...unknown[]];

/**
 * How deep values may be nested, from inside and outside: what the recursive walks surely have stack for. Not compiled yet, they need all of
 * Node's default stack for 775 instances in one another; what one process could encode and another not restore would be lost.
 */
export const MAX_DEPTH = 500;

/** How many numbers a Map or Set from outside may have as keys. */
export const MAX_NUMBER_KEYS = 1024;

/** Longest stack of an error that travels, in characters. */
export const MAX_STACK = 4096;

/** Where in a node its keys and values (or members) begin; 0 for nodes that have none. */
export const BODY_START: Readonly<Record<Tag, number> & Partial<Record<number, number>>> = {
  [Tag.array]: 2, [Tag.negativeZero]: 0, [Tag.bigint]: 0, [Tag.text]: 0, [Tag.object]: 2, [Tag.bare]: 2, [Tag.sparse]: 3, [Tag.date]: 0,
  [Tag.regExp]: 0, [Tag.map]: 2, [Tag.set]: 2, [Tag.bytes]: 0, [Tag.instance]: 3, [Tag.error]: 3, [Tag.troupeError]: 3, [Tag.reference]: 0,
  [Tag.repeat]: 0, [Tag.graph]: 2,
};

/** Nodes whose body is name, value, name, value: the names are the keys of an object that is built from them. */
export function hasKeys(tag: Tag): boolean {
  return tag === Tag.object || tag === Tag.bare || tag === Tag.instance || tag === Tag.error || tag === Tag.troupeError;
}

/** How many values of the user stand directly in a tree: elements, members, entries; not names. */
export function contentSize(tree: object): number {
  if (!Array.isArray(tree)) return Object.keys(tree).length;
  if (tree[0] !== null) return tree.length;
  const tag = tree[1] as Tag;
  const start = BODY_START[tag];
  if (start === undefined || !isContainer(tag)) return 0;
  return hasKeys(tag) || tag === Tag.sparse ? (tree.length - start) / 2 : tree.length - start;
}

/** Nodes that hold further values of the user; the others count as one value. */
export function isContainer(tag: Tag): boolean {
  return BODY_START[tag] !== 0 && tag !== Tag.graph;
}
