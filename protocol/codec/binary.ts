// Binary values: typed arrays, ArrayBuffer, DataView and, where there is one, Node's Buffer. A view travels with the bytes it shows, not with
// the whole buffer behind it, and two views of one buffer arrive as two. Multi-byte elements are little-endian, as on every machine that runs Node.
type TypedArray = ArrayBufferView<ArrayBuffer> & { readonly BYTES_PER_ELEMENT: number };
type TypedArrayClass = { new (buffer: ArrayBuffer): TypedArray; readonly prototype: object; readonly BYTES_PER_ELEMENT: number };

// The place is the wire format: append only. Float16Array is ES2025, so it is looked up rather than named.
const TYPED_ARRAYS = [
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array',
  'BigInt64Array', 'BigUint64Array', 'Float16Array',
] as const;
const ARRAY_BUFFER = 32;
const DATA_VIEW = 33;
const BUFFER = 34;

const globals = globalThis as unknown as Readonly<Record<string, TypedArrayClass | undefined>>;
const hasBuffer = typeof Buffer === 'function';

/** The prototypes of binary values, each with the kind it has on the wire. */
export const BINARY_KINDS: ReadonlyMap<object, number> = new Map<object, number>([
  [ArrayBuffer.prototype, ARRAY_BUFFER],
  [DataView.prototype, DATA_VIEW],
  ...(hasBuffer ? [[Buffer.prototype, BUFFER] as const] : []),
  ...TYPED_ARRAYS.flatMap((name, kind) => {
    const Class = globals[name];
    return Class === undefined ? [] : [[Class.prototype, kind] as const];
  }),
]);

/** The bytes a binary value shows: a view of the same memory. Throws `TypeError` when the memory was transferred away. */
export function viewBytes(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
}

/** A binary value with memory of its own; `undefined` when the kind is unknown here or the bytes are no whole number of elements. */
export function buildBinary(kind: unknown, bytes: Uint8Array): object | undefined {
  const memory = new Uint8Array(bytes).buffer;
  if (kind === ARRAY_BUFFER) return memory;
  if (kind === DATA_VIEW) return new DataView(memory);
  if (kind === BUFFER) return hasBuffer ? Buffer.from(memory) : new Uint8Array(memory);
  const name = typeof kind === 'number' ? TYPED_ARRAYS[kind] : undefined;
  const Class = name === undefined ? undefined : globals[name];
  if (Class === undefined || memory.byteLength % Class.BYTES_PER_ELEMENT !== 0) return undefined;
  return new Class(memory);
}
