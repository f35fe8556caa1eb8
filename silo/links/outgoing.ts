// Outgoing: a message to another silo that waits for its answer. Owns: the caller's promise.
//   O1. It settles exactly once: answer, deadline, cancellation, or the loss of its connection.
//   O2. Whoever settles it, it leaves the wheel, its connection's table and its peer's count in the same stack.
import { CallTimeoutError, CancelledError, LinkLostError } from '../../protocol/errors/index.js';
import type { DeadlineLink } from '../turns/deadline-wheel.js';
import type { ByteWriter } from './byte-writer.js';
import type { Lane, Sendable } from './lane.js';
import type { Tail, ValueWire } from './value-wire.js';
import type { EnvelopeWriter } from './envelope-writer.js';
import { notSent } from './not-sent.js';

/** Who keeps an outgoing message until it settles. */
export interface OutgoingKeeper {
  /** It settled, by an answer or otherwise. */
  release(call: Outgoing): void;
  /** Nobody waits for it any more: it is taken back, or the other side is told. True: it surely was not sent. */
  revoke(call: Outgoing): boolean;
}

/** What writes messages of one connection. */
export interface OutgoingWriters {
  readonly envelopes: EnvelopeWriter;
  readonly values: ValueWire;
}

let resolveNext: (value: unknown) => void;
let rejectNext: (error: unknown) => void;
/** One for all promises: no closure a call. */
const capture = (resolve: (value: unknown) => void, reject: (error: unknown) => void): void => {
  resolveNext = resolve;
  rejectNext = reject;
};

export abstract class Outgoing implements DeadlineLink, Sendable {
  /** While it waits on a connection. */
  id = -1;
  batch = Infinity;
  /** The connection that it waits on. */
  keeper: OutgoingKeeper | undefined;
  previous: DeadlineLink | undefined = undefined;
  next: DeadlineLink | undefined = undefined;
  isSettled = false;
  readonly promise: Promise<unknown>;
  private readonly resolve: (value: unknown) => void;
  private readonly reject: (error: unknown) => void;

  abstract readonly lane: Lane;
  /** Nobody answers it: it is done when it is written. */
  abstract readonly isOneWay: boolean;
  abstract readonly timeoutMs: number;

  constructor(readonly deadlineMs: number, private readonly onSettled: () => void) {
    this.promise = new Promise<unknown>(capture);
    this.resolve = resolveNext;
    this.reject = rejectNext;
  }

  abstract write(out: ByteWriter, writers: OutgoingWriters, nowMs: number): Tail;
  /** For messages to people. */
  abstract describe(): string;

  succeed(value: unknown): void {
    if (this.finish()) this.resolve(value);
  }

  fail(error: unknown): void {
    if (!this.finish()) return;
    const instead = this.rescue(error);
    if (instead === undefined) this.reject(error);
    else this.resolve(instead);
  }

  expire(): void {
    if (this.isSettled) return;
    const wasNotSent = this.revoke();
    const what = wasNotSent ? 'it was not sent' : 'whether it takes effect is unknown';
    this.fail(new CallTimeoutError(`${this.describe()}: no answer from the other silo within ${this.timeoutMs} ms; ${what}`, { timeoutMs: this.timeoutMs }));
  }

  cancel(reason: unknown): void {
    if (this.isSettled) return;
    this.revoke();
    this.fail(new CancelledError(`${this.describe()}: cancelled by its caller`, { cause: reason }));
  }

  /** Its connection, or the peer, is gone. */
  lose(hasLeft: boolean, reason: string, cause?: unknown): void {
    if (this.isSettled) return;
    this.fail(hasLeft
      ? new LinkLostError(`${this.describe()}: the link broke before the answer (${reason}); whether it takes effect is unknown`, { cause })
      : notSent(`${this.describe()}: not sent: ${reason}`, cause));
  }

  abandon(): void {
    this.lose(true, 'this silo closed its links');
  }

  /** The other silo ends its own turns. */
  interrupt(): void {}

  protected stopListening(): void {}

  /** What its promise becomes instead of a rejection. */
  protected rescue(_error: unknown): Promise<unknown> | undefined {
    return undefined;
  }

  private revoke(): boolean {
    return this.keeper === undefined || this.keeper.revoke(this);
  }

  private finish(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    if (this.previous) this.previous.next = this.next;
    if (this.next) this.next.previous = this.previous;
    this.previous = this.next = undefined;
    this.keeper?.release(this);
    this.keeper = undefined;
    this.stopListening();
    this.onSettled();
    return true;
  }
}
