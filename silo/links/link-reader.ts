import { ByteReader } from './byte-reader.js';
import type { CallTable } from './call-table.js';
import { ChunkAssembly } from './chunk-assembly.js';
import { EnvelopeReader } from './envelope-reader.js';
import { IncomingNames } from './incoming-names.js';
import { FrameKind } from './large-message.js';
import type { IncomingCalls } from './incoming-calls.js';
import { MAX_FRAME_BYTES, type LinkLimits } from './link-limits.js';
import { MalformedFrame } from './malformed-frame.js';
import { MessageKind } from './message-kind.js';
import { readFailure, readMoved } from './reply-writer.js';
import { Unreadable, type ValueWire } from './value-wire.js';

/** The link that frames come from. */
export interface LinkState {
  /** Nothing that still comes matters. */
  readonly hasEnded: boolean;
  onRetire(): void;
}

/** Who is told what the messages say. */
export interface LinkListeners {
  /** Answers. */
  readonly calls: CallTable;
  /** What the peer asks. */
  readonly incoming: IncomingCalls;
  readonly link: LinkState;
}

/** Takes the frames of one connection apart. */
export class LinkReader {
  private readonly names = new IncomingNames();
  private readonly chunks: ChunkAssembly;
  private readonly envelopes: EnvelopeReader;

  constructor(limits: LinkLimits, private readonly values: ValueWire, private readonly listeners: LinkListeners) {
    this.chunks = new ChunkAssembly(limits.maxMessageBytes);
    this.envelopes = new EnvelopeReader(this.names, values);
  }

  /** Throws `MalformedFrame`; messages before the bad one have been told. */
  read(frame: Uint8Array, nowMs: number): void {
    if (frame.length > MAX_FRAME_BYTES) throw new MalformedFrame(`a frame of ${frame.length} bytes; ${MAX_FRAME_BYTES} at most`);
    const from = new ByteReader(frame);
    switch (from.byte()) {
      case FrameKind.names:
        this.names.learn(from);
        if (!from.isAtEnd) throw new MalformedFrame('bytes behind the names');
        break;
      case FrameKind.control:
      case FrameKind.calls:
        while (!from.isAtEnd && !this.listeners.link.hasEnded) this.readMessage(from, nowMs);
        break;
      case FrameKind.chunk: {
        const whole = this.chunks.add(from);
        if (whole === undefined) break;
        this.readMessage(whole, nowMs);
        if (!whole.isAtEnd) throw new MalformedFrame('bytes behind a large message');
        break;
      }
      default: throw new MalformedFrame('a frame of unknown kind');
    }
  }

  private readMessage(from: ByteReader, nowMs: number): void {
    const { calls, incoming, link } = this.listeners;
    const kind = from.byte();
    switch (kind) {
      case MessageKind.call: {
        const id = from.varint();
        const envelope = this.envelopes.read(from, nowMs);
        envelope.callId = id;
        return incoming.call(envelope, this.envelopes.unreadable);
      }
      case MessageKind.oneWay: {
        const envelope = this.envelopes.read(from, nowMs);
        return incoming.oneWay(envelope, this.envelopes.unreadable);
      }
      case MessageKind.ask: return incoming.ask(from.varint(), from.text(), this.values.read(from));
      case MessageKind.value: return this.readValue(from);
      case MessageKind.failed: return calls.fail(from.varint(), readFailure(from, this.values));
      case MessageKind.moved: return calls.fail(from.varint(), readMoved(from));
      case MessageKind.cancel: return incoming.cancel(from.varint());
      case MessageKind.retire: return link.onRetire();
      default: throw new MalformedFrame(`a message of kind ${kind}`);
    }
  }

  private readValue(from: ByteReader): void {
    const id = from.varint();
    const value = this.values.read(from);
    if (value instanceof Unreadable) this.listeners.calls.fail(id, value.reason);
    else this.listeners.calls.succeed(id, value);
  }
}
