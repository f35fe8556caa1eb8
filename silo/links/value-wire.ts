// ValueWire: values of user code on a link. Small plain trees are written directly (plain-tree.ts), everything else by the codec.
import type { Codec } from '../../protocol/codec/index.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { MalformedFrame } from './malformed-frame.js';
import { PlainTreeWriter, ValueTag, readPlain } from './plain-tree.js';

/** In the place of the number of arguments: they follow as one encoded array. */
const ENCODED_ARGS = 0xff;

/** Bytes that the codec made, too many to be copied into the message: they follow it. */
export type Tail = Uint8Array | undefined;

/** A value whose encoding no codec reads: the message is well formed, its content is not for this process. */
export class Unreadable {
  constructor(readonly reason: unknown) {}
}

export class ValueWire {
  private readonly plain = new PlainTreeWriter();

  constructor(private readonly codec: Codec, private readonly tailBytes: number) {}

  /** Throws `NotSerializableError`; what was written so far must then be taken back. */
  write(out: ByteWriter, value: unknown, root: string): Tail {
    const start = out.length;
    if (this.tryPlain(out, value)) return undefined;
    out.rewind(start);
    out.byte(ValueTag.encoded);
    return this.writeEncoded(out, value, root);
  }

  read(from: ByteReader): unknown {
    const tag = from.byte();
    return tag === ValueTag.encoded ? this.readEncoded(from, 'value') : readPlain(from, tag);
  }

  writeArgs(out: ByteWriter, args: readonly unknown[]): Tail {
    const start = out.length;
    if (args.length < ENCODED_ARGS && this.tryPlainArgs(out, args)) return undefined;
    out.rewind(start);
    out.byte(ENCODED_ARGS);
    return this.writeEncoded(out, args, 'args');
  }

  readArgs(from: ByteReader): readonly unknown[] | Unreadable {
    const count = from.byte();
    if (count === ENCODED_ARGS) return this.readEncodedArgs(from);
    const args: unknown[] = [];
    for (let i = 0; i < count; i++) args.push(readPlain(from, from.byte()));
    return args;
  }

  private tryPlain(out: ByteWriter, value: unknown): boolean {
    try {
      return this.plain.write(out, value);
    } catch {
      // A getter threw: the codec meets it again, and knows where.
      return false;
    }
  }

  private tryPlainArgs(out: ByteWriter, args: readonly unknown[]): boolean {
    out.byte(args.length);
    if (args.length === 0) return true;
    try {
      if ((args[0] === undefined && !(0 in args)) || !this.plain.write(out, args[0])) return false;
      for (let i = 1; i < args.length; i++) {
        if ((args[i] === undefined && !(i in args)) || !this.plain.writeNext(out, args[i], 0)) return false;
      }
      return true;
    } catch {
      return false;
    }
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
