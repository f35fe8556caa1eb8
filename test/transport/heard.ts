import type { FrameConnection } from '../../protocol/ports/frame-network.js';

const LIMIT_MS = 20_000;

/** What one end of a connection has heard. Both listeners are set at once unless `later`. */
export class Heard {
  readonly frames: Uint8Array[] = [];
  readonly closes: string[] = [];
  /** The reason of the close. */
  readonly closed: Promise<string>;
  private readonly watchers = new Set<() => void>();
  private told!: (reason: string) => void;

  constructor(readonly connection: FrameConnection, later = false) {
    this.closed = new Promise((resolve) => (this.told = resolve));
    if (!later) this.listen();
  }

  listen(): void {
    this.connection.onFrame((frame) => {
      this.frames.push(frame);
      this.wake();
    });
    this.connection.onClose((reason) => {
      this.closes.push(reason);
      this.told(reason);
      this.wake();
    });
  }

  /** The first frames as text, once there are so many. Rejects when the connection closes or 20 s pass before. */
  first(count: number): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
        outcome();
      };
      const late = (why: string) => settle(() => reject(new Error(`${this.frames.length} of ${count} frames arrived ${why}`)));
      const look = (): void => {
        if (this.frames.length >= count) settle(() => resolve(this.frames.slice(0, count).map((frame) => Buffer.from(frame).toString())));
        else if (this.closes.length > 0) late(`before the close: ${this.closes.join()}`);
      };
      const timer = setTimeout(() => late(`within ${LIMIT_MS / 1000} s`), LIMIT_MS);
      this.watchers.add(look);
      look();
    });
  }

  private wake(): void {
    for (const look of [...this.watchers]) look();
  }
}

/** A frame of text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
