// PortBatch. Owns: what is to leave through a port. Messages that are written before the microtask queue drains leave in one batch.
//   Many leave in several: the other side begins while this one goes on.
//   B1. Messages leave in the order in which they were written.
//   B2. What a port refuses to clone is told to `onRefused`, alone; what that returns leaves in its place, and the others as they are.
import { packBatch, unpackBatch, type PackedBatch } from './packed-batch.js';

/** Elements of a batch: with a thousand calls under way the threads wake each other often enough to work at once, and not oftener. */
const MANY = 2048;

interface Port {
  postMessage(message: PackedBatch): void;
}

/** Gets a message that did not leave. Returns what is surely cloned, if anything is to leave in its place. */
export type Refusal = (message: readonly unknown[], error: unknown) => readonly unknown[] | undefined;

export class PortBatch {
  /** Used again: an array that grows leaves much behind. */
  private readonly batch: unknown[] = [];
  private used = 0;
  private isScheduled = false;

  /** `lengths`: how many operands follow each code. */
  constructor(private readonly port: Port, private readonly lengths: readonly number[], private readonly onRefused: Refusal) {}

  write(...message: readonly unknown[]): void {
    for (let i = 0; i < message.length; i++) this.batch[this.used++] = message[i];
    this.schedule();
  }

  /** As `write`, without an array of its own: what most messages are. */
  write5(code: number, a: unknown, b: unknown, c: unknown, d: unknown): void {
    this.put5(code, a, b, c, d);
    this.schedule();
  }

  write9(code: number, a: unknown, b: unknown, c: unknown, d: unknown, e: unknown, f: unknown, g: unknown, h: unknown): void {
    this.put5(code, a, b, c, d);
    const { batch, used } = this;
    batch[used] = e;
    batch[used + 1] = f;
    batch[used + 2] = g;
    batch[used + 3] = h;
    this.used = used + 4;
    this.schedule();
  }

  /** What is written leaves now. */
  flush(): void {
    if (this.used > 0) this.leaveNow();
  }

  /** A whole batch, now. */
  send(packed: PackedBatch): void {
    try {
      this.port.postMessage(packed);
    } catch {
      this.leaveOneByOne(unpackBatch(packed));
    }
  }

  private put5(a: unknown, b: unknown, c: unknown, d: unknown, e: unknown): void {
    const { batch, used } = this;
    batch[used] = a;
    batch[used + 1] = b;
    batch[used + 2] = c;
    batch[used + 3] = d;
    batch[used + 4] = e;
    this.used = used + 5;
  }

  private schedule(): void {
    if (this.used >= MANY) return this.leaveNow();
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(this.leaveNext);
  }

  /** Node runs what is due at its next tick when the microtask queue has drained. */
  private readonly leaveNext = (): void => process.nextTick(this.leave);

  private readonly leave = (): void => {
    this.isScheduled = false;
    this.flush();
  };

  private leaveNow(): void {
    const { batch, used } = this;
    const packed = packBatch(batch, used);
    // Nobody keeps what leaves. Before it does: what is cloned may be users' objects, whose code writes meanwhile.
    batch.fill(undefined, 0, used);
    this.used = 0;
    this.send(packed);
  }

  /** B2. */
  private leaveOneByOne(batch: readonly unknown[]): void {
    for (let at = 0; at < batch.length; ) {
      const next = at + 1 + this.lengths[batch[at] as number]!;
      const message = batch.slice(at, next);
      at = next;
      try {
        this.port.postMessage(packBatch(message, message.length));
      } catch (error) {
        const instead = this.onRefused(message, error);
        if (instead) this.port.postMessage(packBatch(instead, instead.length));
      }
    }
  }
}
