import { joinMessages } from './client-wire.js';

/** Frames are not made longer than this by collecting; one longer message goes alone. */
const MAX_FRAME_BYTES = 262_144;

/** Collects messages until the microtask queue drains and sends them as one frame. */
export class FrameWriter {
  private messages: Uint8Array[] = [];
  private bytes = 0;

  constructor(private readonly send: (frame: Uint8Array) => void) {}

  /** Bytes that were written and not sent yet. */
  get waitingBytes(): number {
    return this.bytes;
  }

  write(message: Uint8Array): void {
    if (this.bytes > 0 && this.bytes + message.length > MAX_FRAME_BYTES) this.flush();
    this.messages.push(message);
    this.bytes += message.length;
    if (this.messages.length === 1) queueMicrotask(this.flush);
  }

  /** Sends what is collected, now. */
  readonly flush = (): void => {
    if (this.messages.length === 0) return;
    const messages = this.messages;
    this.messages = [];
    this.bytes = 0;
    this.send(joinMessages(messages));
  };
}
