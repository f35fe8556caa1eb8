// FrameLanes: the way out of one connection. Owns: messages that are written and not handed to the network yet.
//   N1. Messages that are written before the microtask queue drains leave in one frame a lane, the control lane first. Many leave in several: while
//       this end writes the rest, the other end works on what it has.
//   N2. Small messages of a lane leave in their order. A large one travels in chunks (chunk-pump.ts) and may arrive after messages that
//       were written later.
//   N3. Names are announced before any message that uses them leaves, however it travels.
//   N4. One message is written at a time: what user code calls while its values are encoded is sent later.
import type { Clock } from '../../protocol/ports/clock.js';
import type { FrameConnection } from '../../protocol/ports/frame-network.js';
import { ByteWriter } from './byte-writer.js';
import { ChunkPump } from './chunk-pump.js';
import { FrameKind, LargeMessage } from './large-message.js';
import { CALLS, CONTROL, type Lane, type Sendable } from './lane.js';
import { CHUNK_BYTES, MAX_FRAME_BYTES, type LinkLimits } from './link-limits.js';
import type { OutgoingNames } from './outgoing-names.js';
import type { Tail } from './value-wire.js';

const CONTROL_SLAB_BYTES = 16 * 1024;
const NAMES_SLAB_BYTES = 4 * 1024;
const NOW = Promise.resolve();
/** So many messages leave at once when nothing is in their way. Fewer would save less than a frame costs. */
const FULL_FRAME = 64;

export class FrameLanes {
  private readonly writers = [new ByteWriter(CONTROL_SLAB_BYTES), new ByteWriter()] as const;
  private readonly chunks: ChunkPump;
  private readonly announcements = new ByteWriter(NAMES_SLAB_BYTES);
  private batch = 0;
  /** Messages since the last frame, or since it was last seen that they have to wait. */
  private written = 0;
  private isScheduled = false;
  private isClosed = false;
  /** N4. */
  private isOpen = false;

  constructor(
    private readonly connection: FrameConnection,
    private readonly names: OutgoingNames,
    private readonly limits: LinkLimits,
    clock: Clock,
  ) {
    this.chunks = new ChunkPump(connection, limits.windowBytes, clock, () => this.announce());
  }

  /** Bytes that wait here or in the network. */
  get waitingBytes(): number {
    return this.connection.bufferedBytes + this.chunks.waitingBytes + this.writers[CONTROL].length + this.writers[CALLS].length;
  }

  /** A message is begun and not ended. */
  get isWriting(): boolean {
    return this.isOpen;
  }

  get hasLarge(): boolean {
    return this.chunks.waitingBytes > 0;
  }

  /** Where to write the next message of a lane. End it with `commit` or `abandon`; N4. */
  begin(lane: Lane): ByteWriter {
    this.isOpen = true;
    const writer = this.writers[lane];
    if (writer.length === 0) writer.byte(lane === CONTROL ? FrameKind.control : FrameKind.calls);
    return writer;
  }

  /** The message since `start`, and its tail, are complete. False: it is longer than a message may be, and taken back. */
  commit(lane: Lane, start: number, tail: Tail, owner: Sendable | undefined): boolean {
    this.isOpen = false;
    const writer = this.writers[lane];
    const size = writer.length - start + (tail === undefined ? 0 : tail.length);
    if (size > this.limits.maxMessageBytes) {
      this.abandon(lane, start);
      return false;
    }
    if (size > CHUNK_BYTES) this.chunks.add(new LargeMessage(lane, tail === undefined ? [writer.cut(start)] : [writer.cut(start), tail], owner));
    else {
      if (tail !== undefined) writer.bytes(tail);
      if (owner !== undefined) owner.batch = this.batch;
      if (writer.length > MAX_FRAME_BYTES - CHUNK_BYTES) this.flush();
      else if (++this.written === FULL_FRAME) this.leaveEarly();
    }
    if (!this.isScheduled) this.schedule();
    return true;
  }

  /** Takes back the message since `start`. */
  abandon(lane: Lane, start: number): void {
    this.isOpen = false;
    // Nor a frame without messages.
    this.writers[lane].rewind(start === 1 ? 0 : start);
  }

  /** All of the message was handed to the network. */
  hasLeft(owner: Sendable): boolean {
    return owner.batch < this.batch;
  }

  /** Takes a large message back. False: it has left, or was not large. */
  withdraw(lane: Lane, owner: Sendable): boolean {
    return this.chunks.withdraw(lane, owner);
  }

  /** Hands over what is written. */
  flush(): void {
    if (this.isClosed) return;
    this.written = 0;
    this.announce();
    for (const writer of this.writers) {
      if (writer.length > 1) this.connection.send(writer.take());
      else writer.rewind(0);
    }
    this.batch++;
    this.chunks.pump();
  }

  /** Nothing is handed over any more. */
  close(): void {
    this.isClosed = true;
    this.chunks.close();
  }

  /** N1. What the network holds back would have to wait in any case, and is better together. */
  private leaveEarly(): void {
    this.written = 0;
    if (this.connection.bufferedBytes === 0) this.flush();
  }

  /** N1: Node runs what is due at its next tick when the microtask queue has drained, if a microtask says so. */
  private schedule(): void {
    this.isScheduled = true;
    void NOW.then(this.leaveNext);
  }

  private readonly leaveNext = (): void => process.nextTick(this.leave);

  private readonly leave = (): void => {
    this.isScheduled = false;
    this.flush();
  };

  /** N3. */
  private announce(): void {
    while (this.names.hasNew) {
      this.announcements.byte(FrameKind.names);
      this.names.announce(this.announcements);
      this.connection.send(this.announcements.take());
    }
  }
}
