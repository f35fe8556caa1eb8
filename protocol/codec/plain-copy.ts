// PlainCopy: the direct path of `copy` for what most calls carry: literals, arrays, primitives, and instances of registered classes that need no
// more than their fields. It runs for every call inside a silo.
//   C1. It gives what the general walk would give, or gives up; giving up has no effect but that getters run a second time.
//   C2. Objects are tracked only once a second one turns up: a tree of one object has no cycle and shares nothing.
import type { ReferenceCodec } from './codec.js';
import { isFieldwise } from './fieldwise.js';
import { IdentityMap } from './identity-map.js';

/** What `copyPlain` gives for values that need the general walk. */
export const NOT_PLAIN = Symbol('not plain');

// Deeper values are left to the general walk, which knows where too deep is.
const DEPTH_LIMIT = 100;

// One map serves one copy after another; a copy that begins inside another (a getter that makes a call) finds none and makes its own.
let spare: IdentityMap<object> | undefined = new IdentityMap<object>();

/** A deep copy of a tree of plain objects, arrays and simple instances, or `NOT_PLAIN`. */
export function copyPlain(value: object, references: ReferenceCodec | undefined): unknown {
  const copier = new PlainCopier(references);
  try {
    return copier.copy(value, 0);
  } finally {
    copier.release();
  }
}

class PlainCopier {
  private met: IdentityMap<object> | undefined;

  constructor(private readonly references: ReferenceCodec | undefined) {}

  release(): void {
    if (this.met === undefined) return;
    this.met.clear();
    spare = this.met;
  }

  copy(value: object, depth: number): unknown {
    if (this.references?.isReference(value) || depth > DEPTH_LIMIT) return NOT_PLAIN;
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype) return this.copyFields(value, {}, depth);
    if (prototype === Array.prototype && Array.isArray(value)) return this.copyArray(value, depth);
    return prototype !== null && isFieldwise(prototype) ? this.copyFields(value, Object.create(prototype) as object, depth) : NOT_PLAIN;
  }

  private copyArray(source: readonly unknown[], depth: number): unknown {
    const copy: unknown[] = [];
    this.met?.add(source, copy);
    for (let i = 0; i < source.length; i++) {
      let element = source[i];
      if (typeof element === 'object' && element !== null) {
        element = this.copyChild(element, source, copy, depth);
        if (element === NOT_PLAIN) return NOT_PLAIN;
      } else if (isRefused(element) || (element === undefined && !(i in source))) {
        return NOT_PLAIN;
      }
      copy.push(element);
    }
    return copy;
  }

  private copyFields(source: object, copy: object, depth: number): unknown {
    this.met?.add(source, copy);
    for (const name of Object.keys(source)) {
      let member = (source as Record<string, unknown>)[name];
      if (typeof member === 'object' && member !== null) {
        member = this.copyChild(member, source, copy, depth);
        if (member === NOT_PLAIN) return NOT_PLAIN;
      } else if (isRefused(member)) {
        return NOT_PLAIN;
      }
      // Also for `__proto__`: assigning what is inherited would run a setter.
      if (name in copy) Object.defineProperty(copy, name, { value: member, enumerable: true, writable: true, configurable: true });
      else (copy as Record<string, unknown>)[name] = member;
    }
    return copy;
  }

  private copyChild(child: object, parent: object, parentCopy: object, depth: number): unknown {
    // C2: the parent of the first child is the root.
    this.met ??= this.takeMap(parent, parentCopy);
    return this.met.get(child) ?? this.copy(child, depth + 1);
  }

  private takeMap(root: object, copy: object): IdentityMap<object> {
    const map = spare ?? new IdentityMap<object>();
    spare = undefined;
    map.add(root, copy);
    return map;
  }
}

function isRefused(value: unknown): boolean {
  return typeof value === 'function' || typeof value === 'symbol';
}
