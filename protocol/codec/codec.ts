// Codec: what the rest of the house asks of the one that copies and encodes values of user code.

/** Bounds for values from outside, checked on the bytes before anything is built. */
export interface DecodeLimits {
  readonly maxBytes: number;
  /** Containers inside one another; `[1]` has depth 1. */
  readonly maxDepth: number;
  /** Values, counting containers and what they hold; keys of objects are free. */
  readonly maxNodes: number;
  /** Handles among the values are accepted. Default: refused with `InvalidArgumentError`. */
  readonly allowReferences?: boolean | undefined;
}

/** What a handle is on the wire. */
export interface ReferenceId {
  readonly type: string;
  readonly key: string;
  readonly component?: string | undefined;
}

/** How handles travel: as their id. Given by whoever owns handles. */
export interface ReferenceCodec {
  isReference(value: object): boolean;
  toId(value: object): ReferenceId;
  fromId(id: ReferenceId): object;
}

/** How bytes of this cluster are read where a lost class would be lost for ever: as state. */
export interface DecodeOptions {
  /** Where paths in errors start. */
  readonly root: string;
  /** An instance of a class that this process does not have, at `path`. It becomes a plain object of its fields, unless this throws. */
  readonly onUnknownClass: (name: string, path: string) => void;
}

/** Copies and encodes values of user code. Paths in errors start at the given root: `args[0].owner`. */
export interface Codec {
  /** A deep copy that shares nothing mutable with `value`. Throws `NotSerializableError` naming the path. */
  copy<T>(value: T, root: string): T;
  /** Bytes that nobody else holds; the same value gives the same bytes. Throws `NotSerializableError` naming the path. */
  encode(value: unknown, root: string): Uint8Array;
  /** For bytes that this cluster wrote. Bytes that no codec wrote are an `InvalidArgumentError`. */
  decode(bytes: Uint8Array, options?: DecodeOptions): unknown;
  /** For bytes from outside: limits first, then builds. Throws `PayloadTooLargeError`, `InvalidArgumentError` (also for references unless allowed). */
  decodeUntrusted(bytes: Uint8Array, limits: DecodeLimits, root: string): unknown;
}
