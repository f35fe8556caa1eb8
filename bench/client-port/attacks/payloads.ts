// Arguments that are too deep, too wide, too long or too expensive, as MessagePack in frames that are in order.
import { ClientMessage, encodeMessage, joinMessages } from '../../../protocol/client-wire.js';
import { createCodec } from '../../../protocol/codec/index.js';
import { array, bytes, text, u16, u32 } from '../../../test/codec/wire-bytes.js';
import { call, repeated, type Attack } from '../attack.js';

const codec = createCodec();
const MEGABYTE_ONE = 1_100_000;

const nested = (depth: number, level: readonly number[]): Uint8Array => {
  const payload = new Uint8Array(1 + depth * level.length + 1).fill(0x01);
  payload[0] = 0x91;
  for (let i = 0; i < depth; i++) payload.set(level, 1 + i * level.length);
  return payload;
};
const fields = (count: number): number[] => Array.from({ length: count }, (_, i) => [...text(`k${i.toString(36)}`), 1]).flat();
const head32 = (first: number, length: number): number[] => [first, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255];

/** Whole numbers that V8 puts in one bucket of a Set. */
function colliding(count: number): number[] {
  const found: number[] = [];
  for (let i = 0; found.length < count && i < 40_000_000; i++) if ((hash(i) & 0x7ff) === 5) found.push(i);
  return found;
}

function hash(key: number): number {
  let h = (~key + (key << 15)) >>> 0;
  h = (h ^ (h >>> 12)) >>> 0;
  h = (h + (h << 2)) >>> 0;
  h = (h ^ (h >>> 4)) >>> 0;
  h = Math.imul(h, 2057) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}

const sent = (payload: Uint8Array): Attack => repeated((raw) => call(raw, payload));

/** By name; payloads are made when their attack begins. */
export const PAYLOADS: Readonly<Record<string, () => Attack>> = {
  ...Object.fromEntries([31, 32, 33, 100, 1000, 10_000, 65_000, 100_000, 490_000].map((depth) => [`${depth} arrays deep`, () => sent(nested(depth - 1, [0x91]))])),
  ...Object.fromEntries([31, 32, 33, 100, 16_000, 160_000].map((depth) => [`${depth} objects deep`, () => sent(nested(depth - 1, [0x81, 0xa1, 0x61]))])),
  'text of 64 kB': () => sent(codec.encode(['x'.repeat(65_536 - 5)], 'args')),
  'text of 65 kB': () => sent(codec.encode(['x'.repeat(65_536)], 'args')),
  'text of 1.1 MB': () => sent(codec.encode(['x'.repeat(MEGABYTE_ONE - 100)], 'args')),
  '100,000 keys': () => sent(bytes(0x91, head32(0xdf, 100_000), fields(100_000))),
  '10,001 keys in 64 kB': () => sent(bytes(0x91, head32(0xdf, 10_001), fields(10_001))),
  'an array of a million': () => sent(bytes(0x91, head32(0xdd, 1_000_000), new Uint8Array(1_000_000))),
  'an array that claims four billion': () => sent(bytes(0x91, head32(0xdd, 0xffffffff))),
  'lone surrogates in text and keys': () => sent(codec.encode([['\ud800', { '\udfff': '\udc00x' }]], 'args')),
  'lone surrogates as bytes that are no UTF-8': () => sent(bytes(0x91, 0x82, 0xa3, 0xed, 0xa0, 0x80, 0xa3, 0xed, 0xbf, 0xbf, 0xa1, 0x61, 1)),
  'lone surrogates in 1 MB': () => sent(codec.encode(['\ud800'.repeat(500_000)], 'args')),
  'all that is allowed: 9,990 values': () => sent(bytes(0x91, array(4990), Array.from({ length: 4990 }, () => [0x91, 1]))),
  'an error of 8,000 fields': () => sent(bytes(0x91, array(3 + 16_000), 0xc0, 14, text('ERR_INVALID_ARGUMENT'), fields(8000))),
  '3,000 errors': () => sent(bytes(0x91, array(3000), Array.from({ length: 3000 }, () => [0x93, 0xc0, 13, ...text('Error')]))),
  'an instance of 9,000 fields': () => sent(bytes(0x91, array(3 + 18_000), 0xc0, 12, text('port-point'), fields(9000))),
  '4,000 arrays of holes': () => sent(bytes(0x91, array(4000), Array.from({ length: 4000 }, () => [0x93, 0xc0, 6, 0xcd, ...u16(9999)]))),
  'a Set of 9,000 colliding numbers': () => sent(bytes(0x91, array(2 + 9000), 0xc0, 10, colliding(9000).map(u32))),
  'eight Sets of 1,000 colliding numbers': () => {
    const numbers = colliding(1000).map(u32);
    return sent(bytes(0x91, array(8), Array.from({ length: 8 }, () => [array(1002), 0xc0, 10, numbers])));
  },
  'a bigint of 250,000 bits': () => sent(bytes(0x91, 0x93, 0xc0, 2, 0xda, u16(62_000), Buffer.alloc(62_000, 'f'))),
  'a shared object doubled forty times': () => sent(codec.encode([Array.from({ length: 40 }).reduce((inner: unknown) => [inner, inner], ['x'])], 'args')),
  'forbidden names': () => sent(bytes(0x91, 0x81, text('__proto__'), 0x81, text('isAdmin'), 0xc3)),
  'one frame of 16 calls of 64 kB': () => repeated(async (raw) => {
    // As much as one call may hold: 4,990 lists of a text, in just under 64 kB.
    const heavy = bytes(0x91, array(4990), Array.from({ length: 4990 }, () => [0x91, 0xaa, ...Buffer.from('abcdefghij')]));
    const message = (id: number): Uint8Array => encodeMessage([ClientMessage.call, id, 'echo', 'e', null, 'echo', 30_000, null], heavy);
    raw.frame(joinMessages(Array.from({ length: 15 }, (_, i) => message(i + 2))));
    return call(raw, heavy);
  }),
};
