// PLACEHOLDER contract; the codec's author fills it in.
/** Bounds for values from outside, checked on the bytes before anything is built. */
export interface DecodeLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxNodes: number;
}

/** How handles travel: as their id. Given by whoever owns handles. */
export interface ReferenceCodec {
  isReference(value: object): boolean;
  toId(value: object): { readonly type: string; readonly key: string; readonly component?: string | undefined };
  fromId(id: { readonly type: string; readonly key: string; readonly component?: string | undefined }): object;
}

/** Copies and encodes values of user code. Paths in errors start at the given root: `args[0].owner`. */
export interface Codec {
  /** A deep copy that shares nothing mutable with `value`. Throws `NotSerializableError` naming the path. */
  copy<T>(value: T, root: string): T;
  encode(value: unknown, root: string): Uint8Array;
  /** For bytes that this cluster wrote. */
  decode(bytes: Uint8Array): unknown;
  /** For bytes from outside: limits first, then builds. Throws `PayloadTooLargeError`, `InvalidArgumentError` (also for references unless allowed). */
  decodeUntrusted(bytes: Uint8Array, limits: DecodeLimits, root: string): unknown;
}
