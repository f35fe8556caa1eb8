// PortBatch. Owns: what is to leave through a port. Messages that are written before the microtask queue drains leave in one batch.
//   Many leave in several: the other side begins while this one goes on.
//   B1. Messages leave in the order in which they were written.
//   B2. What a port refuses to clone is told to `onRefused`, alone; what that returns leaves in its place, and the others as they are.

/** Elements of a batch. */
const MANY = 256;

interface Port {
  postMessage(message: unknown): void;
}

/** Gets a message that did not leave. Returns what is surely cloned, if anything is to leave in its place. */
export type Refusal = (message: readonly unknown[], error: unknown) => readonly unknown[] | undefined;

export class PortBatch {
  private batch: unknown[] = [];
  private isScheduled = false;

  /** `lengths`: how many operands follow each code. */
  constructor(private readonly port: Port, private readonly lengths: readonly number[], private readonly onRefused: Refusal) {}

  write(...message: readonly unknown[]): void {
    this.batch.push(...message);
    this.schedule();
  }

  /** As `write`, without an array of its own: what most messages are. */
  write5(code: number, a: unknown, b: unknown, c: unknown, d: unknown): void {
    this.batch.push(code, a, b, c, d);
    this.schedule();
  }

  write9(code: number, a: unknown, b: unknown, c: unknown, d: unknown, e: unknown, f: unknown, g: unknown, h: unknown): void {
    this.batch.push(code, a, b, c, d, e, f, g, h);
    this.schedule();
  }

  private schedule(): void {
    if (this.batch.length >= MANY) return this.leaveNow();
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
    const { batch } = this;
    this.batch = [];
    this.send(batch);
  }

  /** What is written leaves now. */
  flush(): void {
    if (this.batch.length > 0) this.leaveNow();
  }

  /** A whole batch, now. */
  send(batch: unknown[]): void {
    try {
      this.port.postMessage(batch);
    } catch {
      this.leaveOneByOne(batch);
    }
  }

  /** B2. */
  private leaveOneByOne(batch: readonly unknown[]): void {
    for (let at = 0; at < batch.length; ) {
      const next = at + 1 + this.lengths[batch[at] as number]!;
      const message = batch.slice(at, next);
      at = next;
      try {
        this.port.postMessage(message);
      } catch (error) {
        const instead = this.onRefused(message, error);
        if (instead) this.port.postMessage(instead);
      }
    }
  }
}
