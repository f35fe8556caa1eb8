// MessagePack by hand: what no encoder would write.

/** The bytes of nested lists of bytes. */
export function bytes(...parts: readonly unknown[]): Uint8Array {
  const flat = (part: unknown): number[] => (part instanceof Uint8Array ? [...part] : Array.isArray(part) ? part.flatMap(flat) : [part as number]);
  return Uint8Array.from(flat(parts));
}

/** A string of less than 256 bytes. */
export function text(string: string): number[] {
  const utf8 = [...Buffer.from(string)];
  return utf8.length < 32 ? [0xa0 + utf8.length, ...utf8] : [0xd9, utf8.length, ...utf8];
}

/** The head of an array; its elements follow. */
export function array(length: number): number[] {
  return length < 16 ? [0x90 + length] : [0xdc, length >> 8, length & 0xff];
}

/** Two bytes for a length, after a head byte of one's own. */
export function u16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

/** A whole number in five bytes. */
export function u32(value: number): number[] {
  return [0xce, value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
