// ByteWriter: the fixed part of messages as bytes. Owns: a slab of memory, filled from the left; what `take` gave out is never written again.
// Numbers are LEB128; text is one byte a unit where it fits in Latin-1, else UTF-16, so that every string comes back as it was.
const SLAB_BYTES = 128 * 1024;
/** Up to here a loop beats the call into native code. */
const SHORT_TEXT = 24;
const WIDE = /[^\u0000-\u00ff]/;

export class ByteWriter {
  private slab: Buffer;
  private start = 0;
  private end = 0;
  /** A slab with less room than this is given up. */
  private readonly leastRoom: number;

  constructor(private readonly slabBytes = SLAB_BYTES) {
    this.slab = Buffer.allocUnsafeSlow(slabBytes);
    this.leastRoom = slabBytes / 16;
  }

  /** Bytes since the last `take`. */
  get length(): number {
    return this.end - this.start;
  }

  byte(value: number): void {
    if (this.end === this.slab.length) this.grow(1);
    this.slab[this.end++] = value;
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    if (this.end + 8 > this.slab.length) this.grow(8);
    let rest = value;
    while (rest >= 0x8000_0000) {
      this.slab[this.end++] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest >= 0x80) {
      this.slab[this.end++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.slab[this.end++] = rest;
  }

  double(value: number): void {
    if (this.end + 8 > this.slab.length) this.grow(8);
    this.slab.writeDoubleLE(value, this.end);
    this.end += 8;
  }

  text(value: string): void {
    const { length } = value;
    if (length <= SHORT_TEXT && this.shortText(value)) return;
    if (WIDE.test(value)) {
      this.varint(length * 2 + 1);
      this.reserve(length * 2);
      this.end += this.slab.write(value, this.end, 'utf16le');
    } else {
      this.varint(length * 2);
      this.reserve(length);
      this.end += this.slab.write(value, this.end, 'latin1');
    }
  }

  bytes(value: Uint8Array): void {
    this.reserve(value.length);
    this.slab.set(value, this.end);
    this.end += value.length;
  }

  /** Forgets what was written after the first `length` bytes. */
  rewind(length: number): void {
    this.end = this.start + length;
  }

  /** The bytes since the last `take`. They are the caller's. */
  take(): Uint8Array {
    const taken = this.slab.subarray(this.start, this.end);
    this.start = this.end;
    if (this.slab.length - this.end < this.leastRoom) this.renew(0, this.slabBytes);
    return taken;
  }

  /** Takes out what was written after the first `length` bytes, which stay. */
  cut(length: number): Uint8Array {
    const taken = this.slab.subarray(this.start + length, this.end);
    this.renew(length, this.slabBytes);
    return taken;
  }

  private shortText(value: string): boolean {
    const { length } = value;
    this.reserve(length + 1);
    const { slab } = this;
    let at = this.end;
    slab[at++] = length * 2;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0xff) return false;
      slab[at++] = unit;
    }
    this.end = at;
    return true;
  }

  private reserve(count: number): void {
    if (this.end + count > this.slab.length) this.grow(count);
  }

  private grow(count: number): void {
    const { length } = this;
    this.renew(length, Math.max(this.slabBytes, 2 * (length + count)));
  }

  /** A new slab that begins with the first `kept` bytes of what is not taken yet. */
  private renew(kept: number, size: number): void {
    const slab = Buffer.allocUnsafeSlow(Math.max(size, kept + this.leastRoom));
    slab.set(this.slab.subarray(this.start, this.start + kept));
    this.slab = slab;
    this.start = 0;
    this.end = kept;
  }
}
