// PackedArguments: MessagePack for scripts, written straight into bytes. As one argument it costs a client far less than many small ones.
// Owns: its bytes, until they are taken.

const FIRST_SIZE = 4096;
/** What one large commit took is not kept. */
const LARGEST_KEPT = 1_000_000;
/** Longer texts are left to the platform. */
const LONGEST_SHORT_TEXT = 64;

export class PackedArguments {
  private bytes = Buffer.allocUnsafe(FIRST_SIZE);
  private end = 0;

  get size(): number {
    return this.end;
  }

  /** Of small whole numbers. */
  whole(value: number): void {
    if (value < 128) return this.byte(value);
    this.room(5);
    this.bytes[this.end++] = 0xce;
    this.end = this.bytes.writeUInt32BE(value, this.end);
  }

  /** What follows are its elements. */
  list(length: number): void {
    if (length < 16) return this.byte(0x90 | length);
    this.room(5);
    this.bytes[this.end++] = 0xdd;
    this.end = this.bytes.writeUInt32BE(length, this.end);
  }

  /** A list whose length is told by `endList`. */
  openList(): number {
    this.room(5);
    this.bytes[this.end] = 0xdd;
    this.end += 5;
    return this.end - 4;
  }

  endList(opened: number, length: number): void {
    this.bytes.writeUInt32BE(length, opened);
  }

  text(text: string): void {
    if (text.length > LONGEST_SHORT_TEXT || !this.shortText(text)) this.data(Buffer.from(text, 'utf8'));
  }

  /** Bytes, or as if they were one behind the other. */
  data(first: Uint8Array, second?: Uint8Array): void {
    const length = first.length + (second?.length ?? 0);
    this.room(length + 5);
    this.bytes[this.end++] = 0xdb; // As text: Lua has one type for both, and Redis reads no other.
    this.end = this.bytes.writeUInt32BE(length, this.end);
    this.bytes.set(first, this.end);
    if (second) this.bytes.set(second, this.end + first.length);
    this.end += length;
  }

  /** As if nothing had been written behind the first `size` bytes. */
  cut(size: number): void {
    this.end = size;
  }

  /** All that was written, as bytes of their own; the next begins anew. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.end));
    this.end = 0;
    if (this.bytes.length > LARGEST_KEPT) this.bytes = Buffer.allocUnsafe(FIRST_SIZE);
    return taken;
  }

  /** False: it is not ASCII, and nothing was written. */
  private shortText(text: string): boolean {
    const { length } = text;
    this.room(length + 2);
    const { bytes } = this;
    let at = this.end;
    if (length < 32) bytes[at++] = 0xa0 | length;
    else {
      bytes[at++] = 0xd9;
      bytes[at++] = length;
    }
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return false;
      bytes[at++] = code;
    }
    this.end = at;
    return true;
  }

  private byte(value: number): void {
    this.room(1);
    this.bytes[this.end++] = value;
  }

  private room(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.end + more));
    larger.set(this.bytes.subarray(0, this.end));
    this.bytes = larger;
  }
}
