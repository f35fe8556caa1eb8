/** Bytes before each message: its length and its number. */
const HEADER = 8;

/** Messages of one stack and its microtasks, sent as one frame when no microtask is left that was waiting before. */
export class MessageCollector {
  private scratch = Buffer.allocUnsafe(65_536);
  private used = 0;

  constructor(private readonly send: (frame: Uint8Array) => void) {}

  add(id: number, payload: Uint8Array): void {
    if (this.used === 0) queueMicrotask(() => this.flush());
    const end = this.used + HEADER + payload.length;
    if (end > this.scratch.length) this.scratch = Buffer.concat([this.scratch], Math.max(end, 2 * this.scratch.length));
    this.scratch.writeUInt32LE(payload.length, this.used);
    this.scratch.writeUInt32LE(id, this.used + 4);
    this.scratch.set(payload, this.used + HEADER);
    this.used = end;
  }

  private flush(): void {
    const frame = Buffer.allocUnsafe(this.used);
    this.scratch.copy(frame, 0, 0, this.used);
    this.used = 0;
    this.send(frame);
  }
}

/** Calls `take` with each message of a frame. */
export function eachMessage(frame: Uint8Array, take: (id: number, payload: Uint8Array) => void): void {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  for (let at = 0; at < bytes.length;) {
    const start = at + HEADER;
    const end = start + bytes.readUInt32LE(at);
    take(bytes.readUInt32LE(at + 4), bytes.subarray(start, end));
    at = end;
  }
}
