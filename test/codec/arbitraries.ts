import fc from 'fast-check';
import { registerSerializable } from '../../protocol/serializable-registry.js';

export class Vec2 {
  constructor(public x = 0, public y: unknown = 0) {
    Vec2.constructed++;
  }
  static constructed = 0;
}
registerSerializable('arbitrary.vec2', Vec2);

export const LIMITS = { maxBytes: 1_000_000, maxDepth: 100, maxNodes: 100_000 };

/** Any string of UTF-16 units: halves of surrogate pairs and byte order marks among them. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(fc.nat(0xffff), fc.constantFrom(0xd800, 0xdfff, 0xfeff, 0x61)), { maxLength: 80 }).map((units) => String.fromCharCode(...units)),
);

const anyKey = fc.oneof({ weight: 8, arbitrary: fc.string({ maxLength: 8 }) }, { weight: 1, arbitrary: anyText }, fc.constantFrom('__proto__', 'constructor', 'prototype', 'toJSON', '0', 'then'));

export const anyLeaf = fc.oneof(
  anyText,
  fc.integer(),
  fc.double(),
  fc.constantFrom(undefined, null, true, false, NaN, -0, Infinity, Number.MAX_SAFE_INTEGER, 2 ** 60),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  // Node 20 finds two invalid dates unequal; round-trip.test.ts looks at those.
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 20 }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  fc.float64Array({ maxLength: 4 }),
  fc.bigUint64Array({ maxLength: 4 }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.buffer),
);

/** Plain trees with everything that travels but errors, regular expressions and handles. */
export const anyTree = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyLeaf,
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.dictionary(anyKey, tie('tree'), { maxKeys: 5, noNullPrototype: false }),
    fc.sparseArray(tie('tree'), { maxNumElements: 4, maxLength: 12 }),
    fc.array(fc.tuple(tie('tree'), tie('tree')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie('tree'), { maxLength: 4 }).map((members) => new Set(members)),
    fc.tuple(fc.double(), tie('tree')).map(([x, y]) => new Vec2(x, y)),
  ),
})).tree;

type Container = unknown[] | Record<string, unknown> | Map<unknown, unknown> | Set<unknown> | Vec2;

/** Graphs: containers that hold one another at random, so cycles and shared objects abound. */
export const anyGraph = fc
  .tuple(fc.array(fc.nat(4), { minLength: 1, maxLength: 30 }), fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 60 }))
  .map(([kinds, edges]) => {
    const nodes = kinds.map((kind): Container => [() => [], () => ({}), () => new Map(), () => new Set(), () => new Vec2()][kind]!());
    edges.forEach(([from, to], i) => link(nodes[from % nodes.length]!, nodes[to % nodes.length]!, i));
    return nodes[0]!;
  });

function link(holder: Container, held: Container, i: number): void {
  if (Array.isArray(holder)) holder.push(held);
  else if (holder instanceof Map) holder.set(i % 2 === 0 ? `k${i}` : held, held);
  else if (holder instanceof Set) holder.add(held);
  else Object.assign(holder, { [`k${i}`]: held });
}

/** True when both are the same shape of objects, shared and circular in the same places, and have no object in common. */
export function isSeparateTwin(left: unknown, right: unknown, met = new Map<unknown, unknown>()): boolean {
  if (typeof left !== 'object' || left === null) return Object.is(left, right);
  if (met.has(left)) return met.get(left) === right;
  if (left === right || typeof right !== 'object' || right === null || Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false;
  met.set(left, right);
  const [ours, theirs] = [contentOf(left), contentOf(right)];
  return ours.length === theirs.length && ours.every((content, i) => isSeparateTwin(content, theirs[i], met));
}

function contentOf(value: object): unknown[] {
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  return Object.entries(value).flat();
}
