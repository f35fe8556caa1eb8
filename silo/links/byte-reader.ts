import { MalformedFrame } from './malformed-frame.js';

const SHORT_TEXT = 12;
const FIELD_NAMES = 512;
/** Names of fields that were read lately, of all links: the same few come again and again. */
const fieldNames: string[] = Array.from({ length: FIELD_NAMES }, () => '');

/** Reads what a `ByteWriter` wrote; throws `MalformedFrame` where the bytes end or make no sense. Nothing that it returns shares their memory, but `view`. */
export class ByteReader {
  private readonly source: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.at === this.source.length;
  }

  get left(): number {
    return this.source.length - this.at;
  }

  byte(): number {
    if (this.at >= this.source.length) throw new MalformedFrame('the frame ends inside a message');
    return this.source[this.at++]!;
  }

  varint(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let factor = 0x80; ; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (value > Number.MAX_SAFE_INTEGER) throw new MalformedFrame('a number is too large');
      if (byte < 0x80) return value;
    }
  }

  /** A number that counts things which take at least a byte each. */
  count(limit = Number.MAX_SAFE_INTEGER): number {
    const count = this.varint();
    if (count > this.left || count > limit) throw new MalformedFrame(`a count of ${count} is more than there is or may be`);
    return count;
  }

  double(): number {
    this.need(8);
    const value = this.source.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  text(): string {
    const header = this.varint();
    const isWide = header % 2 === 1;
    const length = Math.floor(header / 2);
    const size = isWide ? 2 * length : length;
    this.need(size);
    const start = this.at;
    this.at += size;
    if (isWide) return this.source.toString('utf16le', start, this.at);
    return length <= SHORT_TEXT ? this.shortText(start, this.at) : this.source.toString('latin1', start, this.at);
  }

  /** A text that has probably been read before. */
  fieldName(): string {
    const start = this.at;
    const header = this.byte();
    const length = header >> 1;
    if (header > 0x7f || header % 2 === 1 || length === 0 || length > this.left) {
      this.at = start;
      return this.text();
    }
    const slot = (length * 31 + this.source[this.at]! * 7 + this.source[this.at + length - 1]!) % FIELD_NAMES;
    const known = fieldNames[slot]!;
    if (this.isNext(known, length)) {
      this.at += length;
      return known;
    }
    this.at = start;
    return (fieldNames[slot] = this.text());
  }

  /** A view of `size` bytes of the frame. */
  view(size: number): Uint8Array {
    this.need(size);
    this.at += size;
    return this.source.subarray(this.at - size, this.at);
  }

  private isNext(text: string, length: number): boolean {
    if (text.length !== length) return false;
    for (let i = 0; i < length; i++) {
      if (text.charCodeAt(i) !== this.source[this.at + i]) return false;
    }
    return true;
  }

  private shortText(start: number, end: number): string {
    let text = '';
    for (let at = start; at < end; at++) text += String.fromCharCode(this.source[at]!);
    return text;
  }

  private need(size: number): void {
    if (size > this.left) throw new MalformedFrame(`the frame ends ${size - this.left} bytes early`);
  }
}
