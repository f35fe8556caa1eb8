import { ByteReader } from './byte-reader.js';
import { ChunkPlace } from './large-message.js';
import { CHUNK_BYTES } from './link-limits.js';
import { MalformedFrame } from './malformed-frame.js';

/** Large messages of one connection, put together again: at most one a lane, so never more than two of the longest. */
export class ChunkAssembly {
  private readonly messages: (Uint8Array | undefined)[] = [undefined, undefined];
  private readonly filled = [0, 0];

  constructor(private readonly maxMessageBytes: number) {}

  /** Takes a chunk's frame, after its first byte. The whole message when it is the last one. Throws `MalformedFrame`. */
  add(from: ByteReader): ByteReader | undefined {
    const lane = from.byte();
    const place = from.byte();
    if (lane > 1) throw new MalformedFrame(`a chunk of lane ${lane}`);
    if (place === ChunkPlace.dropped) {
      this.messages[lane] = undefined;
      return undefined;
    }
    if (place === ChunkPlace.first) this.open(lane, from);
    else if (place !== ChunkPlace.next) throw new MalformedFrame(`a chunk in place ${place}`);
    return this.append(lane, from.view(from.left));
  }

  private open(lane: number, from: ByteReader): void {
    if (this.messages[lane] !== undefined) throw new MalformedFrame('a large message begins before the last one ended');
    const header = from.view(4);
    const size = new DataView(header.buffer, header.byteOffset, 4).getUint32(0, true);
    if (size <= CHUNK_BYTES || size > this.maxMessageBytes) throw new MalformedFrame(`a message of ${size} bytes in chunks; between ${CHUNK_BYTES} and ${this.maxMessageBytes} are allowed`);
    this.messages[lane] = Buffer.allocUnsafeSlow(size);
    this.filled[lane] = 0;
  }

  private append(lane: number, chunk: Uint8Array): ByteReader | undefined {
    const message = this.messages[lane];
    const filled = this.filled[lane]!;
    if (message === undefined) throw new MalformedFrame('a chunk of no message');
    if (chunk.length === 0 || filled + chunk.length > message.length) throw new MalformedFrame(`a chunk of ${chunk.length} bytes where ${message.length - filled} are missing`);
    message.set(chunk, filled);
    this.filled[lane] = filled + chunk.length;
    if (this.filled[lane] < message.length) return undefined;
    this.messages[lane] = undefined;
    return new ByteReader(message);
  }
}
