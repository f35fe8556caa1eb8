// UTF-8 cannot hold half of a surrogate pair, and decoders drop a leading byte order mark: such strings travel as UTF-16.
import { Tag, type WireNode } from './wire-node.js';

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const BYTE_ORDER_MARK = 0xfeff;

// String.prototype.isWellFormed is ES2024: in Node 20, but not in every browser that is still about.
const native = (String.prototype as { isWellFormed?: (this: string) => boolean }).isWellFormed;
const isWellFormed: (text: string) => boolean = native === undefined ? (text) => !LONE_SURROGATE.test(text) : (text) => native.call(text);

/** UTF-8 gives this string back unchanged. */
export function isUtf8Safe(text: string): boolean {
  return isWellFormed(text) && text.charCodeAt(0) !== BYTE_ORDER_MARK;
}

/** The string itself, or a `text` node where UTF-8 would change it. */
export function lowerText(text: string): string | WireNode {
  return isUtf8Safe(text) ? text : [null, Tag.text, toUtf16(text)];
}

function toUtf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit & 0xff;
    bytes[2 * i + 1] = unit >> 8;
  }
  return bytes;
}

/** The string of a `text` node's bytes. */
export function fromUtf16(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i + 1 < bytes.length; i += 2) text += String.fromCharCode((bytes[i] as number) | ((bytes[i + 1] as number) << 8));
  return text;
}

/**
 * True when the bytes from `start` to `end` are UTF-8 as Unicode defines it: no overlong forms (two spellings of one key), no surrogates,
 * nothing above U+10FFFF. Table 3-7 of the Unicode standard.
 */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const lead = bytes[at++] as number;
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return false;
    const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (at + more > end) return false;
    const second = bytes[at] as number;
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return false;
    for (let i = 1; i < more; i++) {
      if (((bytes[at + i] as number) & 0xc0) !== 0x80) return false;
    }
    at += more;
  }
  return true;
}
