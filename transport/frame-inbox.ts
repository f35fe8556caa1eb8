// FrameInbox. Owns: the receiving side of one frame connection, whatever carries it: its two listeners, and what came before they were set.
//   I1. Frames reach the listener in the order they were pushed, never inside `onFrame` or `send`.
//   I2. The close is told once, after the frames before it, in a microtask: never inside `close`.
export class FrameInbox {
  private kept: Uint8Array[] = [];
  private isDraining = false;
  private frameListener: ((frame: Uint8Array) => void) | undefined;
  private closeListener: ((reason: string) => void) | undefined;
  private closedFor: string | undefined;
  private isTold = false;

  get isClosed(): boolean {
    return this.closedFor !== undefined;
  }

  /** A frame arrived; after the end it is dropped. */
  push(frame: Uint8Array): void {
    if (this.isClosed) return;
    if (this.frameListener && this.kept.length === 0 && !this.isDraining) this.frameListener(frame);
    else this.kept.push(frame);
  }

  /** Nothing comes any more. The first reason stays. `discard` also drops the frames that the listener has not seen. */
  end(reason: string, discard = false): void {
    if (this.isClosed) return;
    this.closedFor = reason;
    if (discard) this.kept = [];
    this.schedule();
  }

  /** `undefined` keeps the frames from now on. */
  onFrame(listener: ((frame: Uint8Array) => void) | undefined): void {
    this.frameListener = listener;
    if (listener) this.schedule();
  }

  /** `undefined` keeps the close for the next listener. */
  onClose(listener: ((reason: string) => void) | undefined): void {
    this.closeListener = listener;
    if (listener) this.schedule();
  }

  private schedule(): void {
    if (this.isDraining) return;
    this.isDraining = true;
    queueMicrotask(() => this.drain());
  }

  private drain(): void {
    try {
      while (this.frameListener && this.kept.length > 0) this.frameListener(this.kept.shift()!);
    } finally {
      this.isDraining = false;
      if (this.frameListener && this.kept.length > 0) this.schedule();
    }
    // I2. Who never asks for the frames is told of the close all the same.
    if (this.closedFor === undefined || !this.closeListener || this.isTold) return;
    this.isTold = true;
    this.closeListener(this.closedFor);
  }
}
