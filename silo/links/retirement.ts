// Retirement: how a link that is not needed any more comes to its end without loss.
//   R1. The peer is told only when nothing of ours waits for an answer there and no chunk is on its way; we send no call after that.
//   R2. It closes once both ends have told each other: then neither waits for anything, and what was sent one way has arrived, being ahead.
import type { Clock } from '../../protocol/ports/clock.js';

/** Between two looks whether what was sent has left. */
export const DRAIN_MS = 10;

/** The link, as its retirement sees it. */
export interface Retiring {
  /** Something waits for its answer, or goes out in chunks. */
  isBusy(): boolean;
  /** Nothing waits to be sent. */
  hasLeft(): boolean;
  tell(): void;
  close(): void;
}

export class Retirement {
  private state: 'serving' | 'fading' | 'told' | 'ended' = 'serving';
  private hasPeerTold = false;
  private isWatched = false;

  constructor(private readonly clock: Clock, private readonly link: Retiring) {}

  /** No new calls come. */
  begin(): void {
    if (this.state === 'serving') this.state = 'fading';
    this.review();
  }

  /** The peer has told us. */
  onPeer(): void {
    this.hasPeerTold = true;
    this.review();
  }

  /** The link has closed, for whatever reason. */
  end(): void {
    this.state = 'ended';
  }

  /** Something has changed, or may have. */
  review(): void {
    if (this.state === 'fading') {
      // A call that ends looks again; chunks say nothing when they have left.
      if (this.link.isBusy()) return this.watch();
      this.state = 'told';
      this.link.tell();
    }
    if (this.state !== 'told' || !this.hasPeerTold) return;
    if (this.link.hasLeft()) this.link.close();
    else this.watch();
  }

  private watch(): void {
    if (this.isWatched) return;
    this.isWatched = true;
    this.clock.setTimer(() => {
      this.isWatched = false;
      this.review();
    }, DRAIN_MS);
  }
}
