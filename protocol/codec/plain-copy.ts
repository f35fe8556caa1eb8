// PlainCopy: the direct path of `copy` for what most calls carry: literals, arrays and primitives. It runs for every call inside a silo.
//   C1. It gives what the general walk would give, or gives up; giving up has no effect but that getters run a second time.
//   C2. Objects are tracked only once a second one turns up: a tree of one object has no cycle and shares nothing.
import type { ReferenceCodec } from './codec.js';
import { IdentityMap } from './identity-map.js';

/** What `copyPlain` gives for values that need the general walk. */
export const NOT_PLAIN = Symbol('not plain');

// Deeper values are left to the general walk, which knows where too deep is.
const DEPTH_LIMIT = 100;

// One map serves one copy after another; a copy that begins inside another (a getter that makes a call) finds none and makes its own.
let spare: IdentityMap<object> | undefined = new IdentityMap<object>();

/** A deep copy of a plain object or array, or `NOT_PLAIN`. */
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
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.copyObject(value as Readonly<Record<string, unknown>>, depth);
    return prototype === Array.prototype && Array.isArray(value) ? this.copyArray(value, depth) : NOT_PLAIN;
  }

  private copyArray(source: readonly unknown[], depth: number): unknown {
    const copy: unknown[] = [];
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

  private copyObject(source: Readonly<Record<string, unknown>>, depth: number): unknown {
    const copy: Record<string, unknown> = {};
    for (const name of Object.keys(source)) {
      let member = source[name];
      if (typeof member === 'object' && member !== null) {
        member = this.copyChild(member, source, copy, depth);
        if (member === NOT_PLAIN) return NOT_PLAIN;
      } else if (isRefused(member)) {
        return NOT_PLAIN;
      }
      if (name === '__proto__') return NOT_PLAIN;
      copy[name] = member;
    }
    return copy;
  }

  private copyChild(child: object, parent: object, parentCopy: object, depth: number): unknown {
    const met = (this.met ??= this.takeMap(parent, parentCopy));
    const before = met.get(child);
    if (before !== undefined) return before;
    return this.copy(child, depth + 1);
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
