import type { FrameConnection, Peer } from '../protocol/ports/frame-network.js';
import type { SocketLine } from './socket-line.js';

/** A line between two silos that have proven to each other who they are. */
export class SocketFrameConnection implements FrameConnection {
  constructor(readonly peer: Peer, private readonly line: SocketLine) {}

  get bufferedBytes(): number {
    return this.line.bufferedBytes;
  }

  send(frame: Uint8Array): void {
    this.line.send(frame);
  }

  close(reason: string): void {
    this.line.close(reason);
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.line.onFrame(listener);
  }

  onClose(listener: (reason: string) => void): void {
    this.line.onClose(listener);
  }
}
