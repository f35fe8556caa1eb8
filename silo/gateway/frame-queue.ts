// FrameQueue. Owns: the frames of one client that were received and are not worked off yet.
//   Q1. Messages are handed on in order. Of a long frame so much at a time that other clients get their turn in between.
//   Q2. A client has an allowance of computing time. Within it, it is heard at once; beyond it, in slices, in turn with all other such clients of
//       the gateway, which together get a third of the loop.
//   Q3. What waits is bounded: a client with much of it is not read from, one that sent far too much before that is given up.
//   Q4. A client that does not read what it asked for waits until it does: its further messages would only add to that.
import { splitFrame, type WireMessage } from '../../protocol/client-wire.js';
import { RateLimitedError } from '../../protocol/errors/index.js';
import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';
import type { PacedQueue } from '../../transport/paced-queue.js';
import type { TimeAllowance } from './time-allowance.js';

/** Q1, in bytes; a message counts as some more than its payload has. */
const SLICE_BYTES = 131_072;
const MESSAGE_BYTES = 64;
/** Of what the allowance holds at most: 2 ms of the default limits'. Whoever allows more wants frames worked off whole. */
const SLICE_SHARE = 0.2;
/** Q3. */
const HOLD_FRAMES = 32;
const HOLD_BYTES = 262_144;
const MAX_WAITING_BYTES = 16_777_216;
/** Q4. */
const LOOK_AGAIN_MS = 50;

interface WaitingFrame {
  readonly messages: Iterator<WireMessage>;
  readonly bytes: number;
}

/** What a queue does with what it has. */
export interface FrameQueueOwner {
  handle(message: WireMessage): void;
  /** Called once, with what makes the rest of a frame unreadable, or says that too much waits; nothing is handed on afterwards. */
  fail(error: unknown): void;
  /** Whether the client's connection is to be left unread for now (Q3). */
  hold(isHeld: boolean): void;
  /** Whether much waits for the client to read it (Q4). */
  isBehind(): boolean;
}

/** Hands messages on: at once, while they cost little. */
export class FrameQueue {
  private readonly frames: WaitingFrame[] = [];
  private waitingBytes = 0;
  private later: TimerHandle | undefined;
  private isDue = false;
  private isHeld = false;
  private isStopped = false;

  /** `allowance` is the client's; `heavy` is where the gateway's clients wait that are beyond theirs. */
  constructor(private readonly clock: Clock, private readonly allowance: TimeAllowance, private readonly heavy: PacedQueue, private readonly owner: FrameQueueOwner) {}

  add(frame: Uint8Array): void {
    if (this.isStopped) return;
    this.waitingBytes += frame.length;
    if (this.waitingBytes > MAX_WAITING_BYTES) return this.end(new RateLimitedError('far more is sent than can be worked off'));
    this.frames.push({ messages: splitFrame(frame), bytes: frame.length });
    if (!this.isDue) this.proceed((work) => work());
    this.holdOrRelease();
  }

  stop(): void {
    this.isStopped = true;
    this.frames.length = 0;
    this.waitingBytes = 0;
    this.later?.cancel();
  }

  /** Q2, Q4. `soon`: what is done with the work while the allowance lasts. */
  private proceed(soon: (work: () => void) => unknown): void {
    this.isDue = true;
    if (this.owner.isBehind()) this.later = this.clock.setTimer(this.work, LOOK_AGAIN_MS);
    else if (this.allowance.isLeft(this.clock.monotonicMs())) soon(this.work);
    else this.heavy.add(this.work);
  }

  private readonly work = (): void => {
    this.isDue = false;
    if (this.isStopped) return;
    if (this.owner.isBehind()) return this.proceed(setImmediate);
    const startMs = this.clock.monotonicMs();
    try {
      this.workOff(startMs);
    } catch (error) {
      return this.end(error);
    }
    this.allowance.spend(this.clock.monotonicMs() - startMs);
    if (this.frames.length > 0) this.proceed(setImmediate);
    this.holdOrRelease();
  };

  /** Q1. The time that is spent meanwhile is what the calls' answers are expected to take. */
  private workOff(startMs: number): void {
    const { spentMs } = this.allowance;
    const usedMs = (): number => this.clock.monotonicMs() - startMs + this.allowance.spentMs - spentMs;
    for (let left = SLICE_BYTES; left > 0 && !this.isStopped && usedMs() < SLICE_SHARE * this.allowance.maxMs; ) {
      const [frame] = this.frames;
      if (frame === undefined) return;
      const next = frame.messages.next();
      if (next.done) {
        this.frames.shift();
        this.waitingBytes -= frame.bytes;
        continue;
      }
      left -= MESSAGE_BYTES + next.value.payload.length;
      this.owner.handle(next.value);
    }
  }

  /** Q3. Released when half of it is worked off. */
  private holdOrRelease(): void {
    const share = this.isHeld ? 0.5 : 1;
    const isHeld = !this.isStopped && (this.frames.length >= share * HOLD_FRAMES || this.waitingBytes >= share * HOLD_BYTES);
    if (isHeld === this.isHeld) return;
    this.isHeld = isHeld;
    this.owner.hold(isHeld);
  }

  private end(error: unknown): void {
    if (this.isStopped) return;
    this.stop();
    this.owner.fail(error);
  }
}
