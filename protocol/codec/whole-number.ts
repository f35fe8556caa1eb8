/** A number that MessagePack holds as an unsigned integer of at most 32 bits. */
export function isSmallWhole(value: unknown): value is number {
  return typeof value === 'number' && value >>> 0 === value && !Object.is(value, -0);
}

/** Its encoding, as msgpackr writes it: counters and the like are most of what is saved, and need no walk. */
export function encodeSmallWhole(value: number): Uint8Array {
  const bytes = new Uint8Array(value < 0x80 ? 1 : value < 0x100 ? 2 : value < 0x10000 ? 3 : 5);
  if (value < 0x80) {
    bytes[0] = value;
    return bytes;
  }
  bytes[0] = value < 0x100 ? 0xcc : value < 0x10000 ? 0xcd : 0xce;
  for (let at = bytes.length - 1, rest = value; at > 0; at--, rest >>>= 8) bytes[at] = rest & 0xff;
  return bytes;
}
