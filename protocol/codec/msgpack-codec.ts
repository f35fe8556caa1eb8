// MsgpackCodec: values of user code as copies and as bytes. Owns: nothing that outlives a call.
//   A value is lowered to a tree that MessagePack can hold (lowering.ts), packed by msgpackr, unpacked, and raised again (raising.ts); a copy
//   is the same without the bytes. The format is in wire-node.ts. What does not travel, by choice: symbol keys and properties that are
//   not enumerable (ignored), properties of arrays beside their elements, `lastIndex` of a RegExp, private `#fields` of instances.
import { Packr, Unpackr } from 'msgpackr';
import { InvalidArgumentError, NotSerializableError, TroupeError } from '../errors/index.js';
import { scanBytes } from './byte-scanner.js';
import type { Codec, DecodeLimits, DecodeOptions, ReferenceCodec } from './codec.js';
import { Lowering } from './lowering.js';
import { NOT_PLAIN, copyPlain } from './plain-copy.js';
import { Raising, TRUSTED, type RaisingRules } from './raising.js';
import { thrownMessage } from './thrown-message.js';
import { encodeSmallWhole, isSmallWhole } from './whole-number.js';

// Records, reference ids and extensions are off: the tree needs none, and the scanner knows all that may occur. `variableMapSize` writes
// maps of any size, in their shortest form.
const FORMAT = { useRecords: false, structuredClone: false, moreTypes: false, variableMapSize: true, useToJSON: false };

/** What a codec is made with. */
export interface CodecOptions {
  /** How handles travel. Default: a codec that knows no handles. */
  readonly references?: ReferenceCodec | undefined;
}

/** A codec on MessagePack. Stateless: one serves a whole process. Works in browsers. */
export function createCodec(options: CodecOptions = {}): Codec {
  return new MsgpackCodec(options.references);
}

class MsgpackCodec implements Codec {
  private readonly packr = new Packr(FORMAT);
  private readonly unpackr = new Unpackr({ ...FORMAT, mapsAsObjects: true });

  constructor(private readonly references: ReferenceCodec | undefined) {}

  copy<T>(value: T, root: string): T {
    switch (typeof value) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'undefined':
      case 'bigint': return value;
      case 'object': return value === null ? value : (this.copyObject(value, root) as T);
      default: return this.raise(this.lower(value, root), root, TRUSTED) as T;
    }
  }

  encode(value: unknown, root: string): Uint8Array {
    if (isSmallWhole(value)) return encodeSmallWhole(value);
    const packed = this.packr.pack(this.lower(value, root));
    // msgpackr packs into a slab that it shares among messages: these bytes are cut out, or a small message would keep all of it alive.
    return Uint8Array.prototype.slice.call(packed);
  }

  decode(bytes: Uint8Array, options?: DecodeOptions): unknown {
    const root = options?.root ?? 'value';
    return this.raise(this.unpack(bytes, root), root, options ? { ...TRUSTED, onUnknownClass: options.onUnknownClass } : TRUSTED);
  }

  decodeUntrusted(bytes: Uint8Array, limits: DecodeLimits, root: string): unknown {
    scanBytes(bytes, limits, root);
    return this.raise(this.unpack(bytes, root), root, { isUntrusted: true, maxNodes: limits.maxNodes });
  }

  private copyObject(value: object, root: string): unknown {
    let copy: unknown;
    try {
      copy = copyPlain(value, this.references);
    } catch {
      // A getter threw: the general walk meets it again, and knows where.
      copy = NOT_PLAIN;
    }
    return copy === NOT_PLAIN ? this.copyAny(value, root) : copy;
  }

  private copyAny(value: object, root: string): unknown {
    const tree = this.lower(value, root);
    const walk = new Raising(root, this.references, TRUSTED);
    try {
      return walk.run(tree);
    } catch (error) {
      throw notSerializable(error, walk.path);
    }
  }

  private lower(value: unknown, root: string): unknown {
    const walk = new Lowering(root, this.references);
    try {
      return walk.run(value);
    } catch (error) {
      throw notSerializable(error, walk.path);
    }
  }

  private unpack(bytes: Uint8Array, root: string): unknown {
    // A view of its own: msgpackr leaves a DataView on the array that it reads.
    const { buffer, byteOffset, byteLength } = bytes;
    const view = typeof Buffer === 'function' ? Buffer.from(buffer, byteOffset, byteLength) : new Uint8Array(buffer, byteOffset, byteLength);
    try {
      return this.unpackr.unpack(view);
    } catch (error) {
      throw new InvalidArgumentError(`${root}: no encoding of a value: ${thrownMessage(error)}`, { path: root, cause: error });
    }
  }

  private raise(tree: unknown, root: string, rules: RaisingRules): unknown {
    const walk = new Raising(root, this.references, rules);
    try {
      return walk.run(tree);
    } catch (error) {
      if (error instanceof TroupeError) throw error;
      const { path } = walk;
      throw new InvalidArgumentError(`${path}: restoring it threw: ${thrownMessage(error)}`, { path, cause: error });
    }
  }
}

function notSerializable(error: unknown, path: string): TroupeError {
  if (error instanceof TroupeError) return error;
  return new NotSerializableError(`${path}: copying it threw: ${thrownMessage(error)}`, { path, cause: error });
}
