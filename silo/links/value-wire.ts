// ValueWire: values of user code on a link. What most calls carry, immutable primitives, is written here; everything else by the codec.
import type { Codec } from '../../protocol/codec/index.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { MalformedFrame } from './malformed-frame.js';

/** The first byte of a value. From `small` on it is itself a whole number. */
const Tag = { undefined: 0, null: 1, true: 2, false: 3, negative: 4, positive: 5, double: 6, text: 7, encoded: 8, small: 16 } as const;

const MAX_SMALL = 0xff - Tag.small;
/** In the place of the number of arguments: they follow as one encoded array. */
const ENCODED_ARGS = 0xff;

/** Bytes that the codec made, too many to be copied into the message: they follow it. */
export type Tail = Uint8Array | undefined;

/** A value whose encoding no codec reads: the message is well formed, its content is not for this process. */
export class Unreadable {
  constructor(readonly reason: unknown) {}
}

export class ValueWire {
  constructor(private readonly codec: Codec, private readonly tailBytes: number) {}

  /** Throws `NotSerializableError`; what was written so far must then be taken back. */
  write(out: ByteWriter, value: unknown, root: string): Tail {
    if (isPrimitive(value)) {
      writePrimitive(out, value);
      return undefined;
    }
    out.byte(Tag.encoded);
    return this.writeEncoded(out, value, root);
  }

  read(from: ByteReader): unknown {
    const tag = from.byte();
    return tag === Tag.encoded ? this.readEncoded(from, 'value') : readPrimitive(from, tag);
  }

  writeArgs(out: ByteWriter, args: readonly unknown[]): Tail {
    if (args.length < ENCODED_ARGS && areAllPrimitive(args)) {
      out.byte(args.length);
      for (let i = 0; i < args.length; i++) writePrimitive(out, args[i]);
      return undefined;
    }
    out.byte(ENCODED_ARGS);
    return this.writeEncoded(out, args, 'args');
  }

  readArgs(from: ByteReader): readonly unknown[] | Unreadable {
    const count = from.byte();
    if (count === ENCODED_ARGS) return this.readEncodedArgs(from);
    const args: unknown[] = [];
    for (let i = 0; i < count; i++) args.push(readPrimitive(from, from.byte()));
    return args;
  }

  private readEncodedArgs(from: ByteReader): readonly unknown[] | Unreadable {
    const args = this.readEncoded(from, 'args');
    if (Array.isArray(args) || args instanceof Unreadable) return args as readonly unknown[] | Unreadable;
    throw new MalformedFrame('the arguments are no list');
  }

  private writeEncoded(out: ByteWriter, value: unknown, root: string): Tail {
    const bytes = this.codec.encode(value, root);
    out.varint(bytes.length);
    if (bytes.length > this.tailBytes) return bytes;
    out.bytes(bytes);
    return undefined;
  }

  private readEncoded(from: ByteReader, root: string): unknown {
    const bytes = from.view(from.varint());
    try {
      return this.codec.decode(bytes, { root, onUnknownClass: asPlainObject });
    } catch (error) {
      return new Unreadable(error);
    }
  }
}

/** As for clients: an instance of a class that this silo does not have arrives as its fields. */
function asPlainObject(): void {}

function isPrimitive(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'undefined': return true;
    default: return value === null;
  }
}

function areAllPrimitive(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) {
    if (!isPrimitive(values[i]) || (values[i] === undefined && !(i in values))) return false;
  }
  return true;
}

function writePrimitive(out: ByteWriter, value: unknown): void {
  if (typeof value === 'number') writeNumber(out, value);
  else if (typeof value === 'string') {
    out.byte(Tag.text);
    out.text(value);
  } else {
    out.byte(value === undefined ? Tag.undefined : value === null ? Tag.null : value === true ? Tag.true : Tag.false);
  }
}

function writeNumber(out: ByteWriter, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    out.byte(Tag.double);
    out.double(value);
  } else if (value >= 0 && value <= MAX_SMALL) {
    out.byte(Tag.small + value);
  } else {
    out.byte(value < 0 ? Tag.negative : Tag.positive);
    out.varint(Math.abs(value));
  }
}

function readPrimitive(from: ByteReader, tag: number): unknown {
  if (tag >= Tag.small) return tag - Tag.small;
  switch (tag) {
    case Tag.undefined: return undefined;
    case Tag.null: return null;
    case Tag.true: return true;
    case Tag.false: return false;
    case Tag.negative: return -from.varint();
    case Tag.positive: return from.varint();
    case Tag.double: return from.double();
    case Tag.text: return from.text();
    default: throw new MalformedFrame(`a value of kind ${tag}`);
  }
}
