import { MalformedFrame } from './malformed-frame.js';
import { RecentTexts, latin1 } from './recent-texts.js';

/** Longer texts are not kept. */
const LONGEST_KEPT = 63;
/** Names of fields. */
const fieldNames = new RecentTexts(512);
/** Keys of actors. */
const keys = new RecentTexts(4096);

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
    return latin1(this.source, start, this.at);
  }

  /** A text that has probably been read before: the name of a field. */
  fieldName(): string {
    return this.recent(fieldNames);
  }

  /** A text that has probably been read before: the key of an actor. */
  key(): string {
    return this.recent(keys);
  }

  /** A view of `size` bytes of the frame. */
  view(size: number): Uint8Array {
    this.need(size);
    this.at += size;
    return this.source.subarray(this.at - size, this.at);
  }

  private recent(texts: RecentTexts): string {
    const header = this.at < this.source.length ? this.source[this.at]! : 1;
    const length = header >> 1;
    // Wide, empty or long ones, and what the frame ends in.
    if (header % 2 === 1 || length === 0 || length > LONGEST_KEPT || length >= this.left) return this.text();
    const start = this.at + 1;
    this.at = start + length;
    return texts.read(this.source, start, length);
  }

  private need(size: number): void {
    if (size > this.left) throw new MalformedFrame(`the frame ends ${size - this.left} bytes early`);
  }
}
