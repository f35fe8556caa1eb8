// FrameQueue. Owns: the frames of one client that were received and are not worked off yet.
//   Q1. Messages are handed on in order. Of a long frame so much at a time that other clients get their turn in between.
//   Q2. A client whose messages take long to read waits after them, in proportion: at most a quarter of the loop is one client's.
//   Q3. What waits is bounded.
import { splitFrame, type WireMessage } from '../../protocol/client-wire.js';
import { RateLimitedError } from '../../protocol/errors/index.js';
import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';

/** Q1, in bytes; a message counts as some more than its payload has. */
const SLICE_BYTES = 131_072;
const MESSAGE_BYTES = 64;
/** Q2. Less is not worth a timer. */
const HEAVY_MS = 2;
const REST_FACTOR = 3;
const MAX_REST_MS = 500;
/** Q3. */
const MAX_WAITING_BYTES = 16_777_216;

interface WaitingFrame {
  readonly messages: Iterator<WireMessage>;
  readonly bytes: number;
}

/** Hands messages on: at once, while there are few. */
export class FrameQueue {
  private readonly frames: WaitingFrame[] = [];
  private waitingBytes = 0;
  private rest: TimerHandle | undefined;
  private turn: NodeJS.Immediate | undefined;
  private isStopped = false;

  /** `fail` is called once, with what makes the rest of a frame unreadable, or says that too much waits; nothing is handed on afterwards. */
  constructor(private readonly clock: Clock, private readonly handle: (message: WireMessage) => void, private readonly fail: (error: unknown) => void) {}

  add(frame: Uint8Array): void {
    if (this.isStopped) return;
    this.waitingBytes += frame.length;
    if (this.waitingBytes > MAX_WAITING_BYTES) return this.end(new RateLimitedError('far more is sent than can be worked off'));
    this.frames.push({ messages: splitFrame(frame), bytes: frame.length });
    if (!this.rest && !this.turn) this.work();
  }

  stop(): void {
    this.isStopped = true;
    this.frames.length = 0;
    this.waitingBytes = 0;
    this.rest?.cancel();
    if (this.turn) clearImmediate(this.turn);
  }

  private readonly work = (): void => {
    this.rest = this.turn = undefined;
    const startMs = this.clock.monotonicMs();
    try {
      this.workOff(SLICE_BYTES);
    } catch (error) {
      return this.end(error);
    }
    if (this.isStopped) return;
    const tookMs = this.clock.monotonicMs() - startMs;
    if (tookMs >= HEAVY_MS) this.rest = this.clock.setTimer(this.work, Math.min(MAX_REST_MS, REST_FACTOR * tookMs));
    else if (this.frames.length > 0) this.turn = setImmediate(this.work);
  };

  private workOff(bytes: number): void {
    for (let left = bytes; left > 0 && !this.isStopped; ) {
      const [frame] = this.frames;
      if (frame === undefined) return;
      const next = frame.messages.next();
      if (next.done) {
        this.frames.shift();
        this.waitingBytes -= frame.bytes;
        continue;
      }
      left -= MESSAGE_BYTES + next.value.payload.length;
      this.handle(next.value);
    }
  }

  private end(error: unknown): void {
    if (this.isStopped) return;
    this.stop();
    this.fail(error);
  }
}
