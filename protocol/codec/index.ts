export type { Codec, DecodeLimits, ReferenceCodec, ReferenceId } from './codec.js';
export { MESSAGE_ROOT } from './value-path.js';
export { describeValue } from './refusal.js';
export { createCodec, type CodecOptions } from './msgpack-codec.js';
export { copyError, errorOfCode, fromWireError, toWireError, type WireError, type WireErrorOptions } from './error-codec.js';
