// PlainTree: what most arguments and results are, small trees of literals, lists and primitives, as bytes: the direct path beside the codec.
//   T1. Reading gives what the codec would give, or writing gives up: then what was written is taken back and the codec is asked.
//   T2. Objects are told apart only when there are several. More than `MAX_OBJECTS`, or one met twice, is left to the codec.
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { MalformedFrame } from './malformed-frame.js';

/** The first byte of a value. From `small` on it is itself a whole number. */
export const ValueTag = { undefined: 0, null: 1, true: 2, false: 3, negative: 4, positive: 5, double: 6, text: 7, encoded: 8, object: 9, list: 10, small: 16 } as const;

const MAX_SMALL = 0xff - ValueTag.small;
const MAX_OBJECTS = 16;
const MAX_DEPTH = 8;
/** Longer lists are left to the codec: giving up late would be dear. */
const MAX_LIST = 1000;

export class PlainTreeWriter {
  private readonly met: (object | undefined)[] = [];
  private count = 0;

  /** False: it is no small plain tree, and part of it may have been written. Throws what a getter of it throws. */
  write(out: ByteWriter, value: unknown): boolean {
    if (this.count > 0) this.forget();
    return this.writeNext(out, value, 0);
  }

  /** As `write`, for a value that belongs together with the one before. */
  writeNext(out: ByteWriter, value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'number': writeNumber(out, value); return true;
      case 'string':
        out.byte(ValueTag.text);
        out.text(value);
        return true;
      case 'boolean': out.byte(value ? ValueTag.true : ValueTag.false); return true;
      case 'undefined': out.byte(ValueTag.undefined); return true;
      case 'object':
        if (value !== null) return this.writeObject(out, value, depth);
        out.byte(ValueTag.null);
        return true;
      default: return false;
    }
  }

  private writeObject(out: ByteWriter, value: object, depth: number): boolean {
    if (depth === MAX_DEPTH || this.count === MAX_OBJECTS || this.hasMet(value)) return false;
    this.met[this.count++] = value;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Array.prototype && Array.isArray(value)) return this.writeList(out, value, depth);
    return prototype === Object.prototype && this.writeFields(out, value as Record<string, unknown>, depth);
  }

  private hasMet(value: object): boolean {
    for (let i = 0; i < this.count; i++) {
      if (this.met[i] === value) return true;
    }
    return false;
  }

  /** They are the user's: nothing here keeps them alive for long. */
  private forget(): void {
    this.met.fill(undefined, 0, this.count);
    this.count = 0;
  }

  private writeFields(out: ByteWriter, value: Readonly<Record<string, unknown>>, depth: number): boolean {
    const names = Object.keys(value);
    out.byte(ValueTag.object);
    out.varint(names.length);
    for (let i = 0; i < names.length; i++) {
      out.text(names[i]!);
      if (!this.writeNext(out, value[names[i]!], depth + 1)) return false;
    }
    return true;
  }

  private writeList(out: ByteWriter, value: readonly unknown[], depth: number): boolean {
    const { length } = value;
    if (length > MAX_LIST) return false;
    out.byte(ValueTag.list);
    out.varint(length);
    for (let i = 0; i < length; i++) {
      const element = value[i];
      if ((element === undefined && !(i in value)) || !this.writeNext(out, element, depth + 1)) return false;
    }
    return true;
  }
}

/** The value that begins with `tag`, which has been read. Throws `MalformedFrame`. */
export function readPlain(from: ByteReader, tag: number, depth = 0): unknown {
  if (tag >= ValueTag.small) return tag - ValueTag.small;
  switch (tag) {
    case ValueTag.undefined: return undefined;
    case ValueTag.null: return null;
    case ValueTag.true: return true;
    case ValueTag.false: return false;
    case ValueTag.negative: return -from.varint();
    case ValueTag.positive: return from.varint();
    case ValueTag.double: return from.double();
    case ValueTag.text: return from.text();
    case ValueTag.object: return readFields(from, deeper(depth));
    case ValueTag.list: return readList(from, deeper(depth));
    default: throw new MalformedFrame(`a value of kind ${tag}`);
  }
}

function deeper(depth: number): number {
  if (depth === MAX_DEPTH) throw new MalformedFrame('a value is too deep');
  return depth + 1;
}

function readFields(from: ByteReader, depth: number): object {
  const object: Record<string, unknown> = {};
  for (let left = from.count(); left > 0; left--) {
    const name = from.fieldName();
    const value = readPlain(from, from.byte(), depth);
    // Also for `__proto__`: assigning what is inherited would run a setter.
    if (name in object) Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
    else object[name] = value;
  }
  return object;
}

function readList(from: ByteReader, depth: number): unknown[] {
  const list: unknown[] = [];
  for (let left = from.count(MAX_LIST); left > 0; left--) list.push(readPlain(from, from.byte(), depth));
  return list;
}

function writeNumber(out: ByteWriter, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    out.byte(ValueTag.double);
    out.double(value);
  } else if (value >= 0 && value <= MAX_SMALL) {
    out.byte(ValueTag.small + value);
  } else {
    out.byte(value < 0 ? ValueTag.negative : ValueTag.positive);
    out.varint(Math.abs(value));
  }
}
