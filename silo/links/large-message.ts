import type { Lane, Sendable } from './lane.js';
import { CHUNK_BYTES } from './link-limits.js';

/** First byte of a frame. */
export const FrameKind = { names: 1, control: 2, calls: 3, chunk: 4 } as const;
/** Third byte of a chunk: its place in the message. `dropped`: the rest will not come. */
export const ChunkPlace = { first: 1, next: 2, dropped: 3 } as const;

const HEADER_BYTES = 16;

/** A message on its way in chunks. Owns its bytes, in pieces, and how many of them are sent. */
export class LargeMessage {
  readonly size: number;
  private sent = 0;

  constructor(readonly lane: Lane, private readonly pieces: readonly Uint8Array[], readonly owner: Sendable | undefined) {
    this.size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  get hasBegun(): boolean {
    return this.sent > 0;
  }

  get left(): number {
    return this.size - this.sent;
  }

  /** The frame of its next chunk. */
  nextFrame(): Uint8Array {
    const frame = Buffer.allocUnsafe(HEADER_BYTES + Math.min(CHUNK_BYTES, this.left));
    frame[0] = FrameKind.chunk;
    frame[1] = this.lane;
    frame[2] = this.hasBegun ? ChunkPlace.next : ChunkPlace.first;
    let at = 3;
    if (!this.hasBegun) at = frame.writeUInt32LE(this.size, at);
    return frame.subarray(0, at + this.copyNext(frame, at));
  }

  /** Tells the other side to forget what it has of it. */
  dropFrame(): Uint8Array {
    return Uint8Array.of(FrameKind.chunk, this.lane, ChunkPlace.dropped);
  }

  private copyNext(frame: Uint8Array, at: number): number {
    const goal = Math.min(this.size, this.sent + CHUNK_BYTES);
    const before = this.sent;
    let start = 0;
    for (const piece of this.pieces) {
      const from = this.sent - start;
      if (this.sent < goal && from < piece.length) {
        const part = piece.subarray(from, from + goal - this.sent);
        frame.set(part, at + this.sent - before);
        this.sent += part.length;
      }
      start += piece.length;
    }
    return this.sent - before;
  }
}
