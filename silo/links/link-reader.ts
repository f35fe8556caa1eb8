import { ByteReader } from './byte-reader.js';
import { ChunkAssembly } from './chunk-assembly.js';
import { EnvelopeReader } from './envelope-reader.js';
import { IncomingNames } from './incoming-names.js';
import { FrameKind } from './large-message.js';
import type { LinkContext } from './link-context.js';
import { MAX_FRAME_BYTES } from './link-limits.js';
import { MalformedFrame } from './malformed-frame.js';
import { MessageKind } from './message-kind.js';
import type { RemoteEnvelope } from './remote-envelope.js';
import { readFailure, readMoved } from './reply-writer.js';
import { Unreadable, type ValueWire } from './value-wire.js';

/** What the messages of a connection say. */
export interface LinkEvents {
  /** `unreadable`: what it carries cannot be read here. */
  onCall(envelope: RemoteEnvelope, unreadable: Unreadable | undefined): void;
  onOneWay(envelope: RemoteEnvelope, unreadable: Unreadable | undefined): void;
  /** `body` may be `Unreadable`. */
  onAsk(id: number, topic: string, body: unknown): void;
  onValue(id: number, value: unknown): void;
  onFailure(id: number, error: unknown): void;
  onCancel(id: number): void;
  onRetire(): void;
  /** Nothing that still comes matters. */
  readonly hasEnded: boolean;
}

/** Takes the frames of one connection apart. */
export class LinkReader {
  private readonly names = new IncomingNames();
  private readonly chunks: ChunkAssembly;
  private readonly envelopes: EnvelopeReader;

  constructor({ limits }: LinkContext, private readonly values: ValueWire, private readonly events: LinkEvents) {
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
        while (!from.isAtEnd && !this.events.hasEnded) this.readMessage(from, nowMs);
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
    const { events } = this;
    const kind = from.byte();
    switch (kind) {
      case MessageKind.call: {
        const id = from.varint();
        const envelope = this.envelopes.read(from, nowMs);
        envelope.callId = id;
        return events.onCall(envelope, this.envelopes.unreadable);
      }
      case MessageKind.oneWay: {
        const envelope = this.envelopes.read(from, nowMs);
        return events.onOneWay(envelope, this.envelopes.unreadable);
      }
      case MessageKind.ask: return events.onAsk(from.varint(), from.text(), this.values.read(from));
      case MessageKind.value: return this.readValue(from);
      case MessageKind.failed: return events.onFailure(from.varint(), readFailure(from, this.values));
      case MessageKind.moved: return events.onFailure(from.varint(), readMoved(from));
      case MessageKind.cancel: return events.onCancel(from.varint());
      case MessageKind.retire: return events.onRetire();
      default: throw new MalformedFrame(`a message of kind ${kind}`);
    }
  }

  private readValue(from: ByteReader): void {
    const id = from.varint();
    const value = this.values.read(from);
    if (value instanceof Unreadable) this.events.onFailure(id, value.reason);
    else this.events.onValue(id, value);
  }
}
