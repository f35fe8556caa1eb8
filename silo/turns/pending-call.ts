// PendingCall. Owns: the caller's promise and the call's way through queue, turn and deadline.
//   C1. It settles exactly once: value, error, deadline or cancellation.
//   C2. A call that settled while queued never runs.
//   C3. The promise is made when somebody asks for it: a turn that ended before that needs no callbacks.
import type { ReplyAddress } from '../../protocol/delivery.js';
import type { Envelope } from '../../protocol/envelope.js';
import { CallTimeoutError, CancelledError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { SenderMark } from '../../protocol/ports/index.js';
import type { DueReminder } from '../activation/actor-reminders.js';
import type { Answer, AnswerListener } from './answer.js';
import type { CallChain } from './call-chain.js';
import type { CallQueue } from './call-queue.js';
import type { DeadlineLink, DeadlineWheel } from './deadline-wheel.js';
import type { TurnMode } from './turn-mode.js';

export type CallState = 'new' | 'queued' | 'running' | 'settled';

const ONCE = Object.freeze({ once: true });

/** A run of a message. */
export interface MessageTurn {
  /** Other messages come behind it. */
  readonly isFollowed: boolean;
  /** What it did is on its way to the store; `isFollowed`: the next may run. */
  submitted(isFollowed: boolean): void;
}

export class PendingCall implements DeadlineLink, Answer {
  state: CallState = 'new';
  /** The queue it stands in, while `queued`. */
  mailbox: CallQueue | undefined;
  /** Rises with every enqueueing: the youngest queued call has the highest. */
  queuedAs = 0;
  /** When that was, on the wall clock. */
  queuedAtMs = 0;
  /** Activations that ended before its turn came. */
  handedOn = 0;
  previous: DeadlineLink | undefined;
  next: DeadlineLink | undefined;
  /** Outbox entry whose handling this turn is. */
  settles: number | undefined;
  /** The message that its turn handles. */
  mark: SenderMark | undefined;
  /** The run of a message that its turn is. */
  message: MessageTurn | undefined;
  /** The reminder whose firing it handles. */
  due: DueReminder | undefined;
  /** It is a step of a chain of tail calls: who waits for the end of that. */
  reply: ReplyAddress | undefined;
  /** Its caller can give up. */
  private readonly isCancellable: boolean;
  private controller: AbortController | undefined;
  /** Why the turn should end. */
  private stopReason: Error | undefined;
  // Not an object of both: V8 would learn that it outlives the young generation, make it among the old, and the promise would stay with it.
  private resolve: ((value: unknown) => void) | undefined;
  private reject: ((error: unknown) => void) | undefined;
  private listener: AnswerListener | undefined;
  private made: Promise<unknown> | undefined;
  private value: unknown;
  private hasFailed = false;
  /** It joins a unit that records an id with its effect: then that is alone with all that it changes. */
  isPartOfExclusive = false;
  /** The method was entered. Until then the call surely did not run. */
  hasBegun = false;
  /** The router's own stack has accepted it, lease and all, a moment ago. */
  isInStack = false;

  constructor(readonly envelope: Envelope, readonly chain: CallChain, readonly mode: TurnMode) {
    const { signal } = envelope;
    this.isCancellable = signal !== undefined;
    if (signal !== undefined) signal.addEventListener('abort', this, ONCE);
  }

  /** Of its signal. */
  handleEvent(): void {
    this.cancel();
  }

  /** C3. Always the same. */
  get promise(): Promise<unknown> {
    if (this.made) return this.made;
    const isDone = this.state === 'settled';
    if (isDone && !this.hasFailed) return (this.made = Promise.resolve(this.value));
    this.made = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    if (isDone) this.reject!(this.value);
    return this.made;
  }

  tell(listener: AnswerListener): void {
    if (this.state !== 'settled') this.listener = listener;
    else if (this.hasFailed) listener.failed(this.envelope, this.value);
    else listener.succeeded(this.envelope, this.value);
  }

  get deadlineMs(): number {
    return this.envelope.deadlineMs;
  }

  /** Its result is recorded, if it writes. */
  get isKeyed(): boolean {
    return this.envelope.idempotencyKey !== undefined || this.envelope.durable !== undefined;
  }

  /** What it does is recorded under an id (an idempotency key, an event's number): only its own chain may run beside it. */
  get isExclusive(): boolean {
    return this.isPartOfExclusive || this.settles !== undefined || this.mark !== undefined || this.due !== undefined || (this.isKeyed && !this.mode.readOnly);
  }

  /** O4: it may run while what was before it commits. */
  get follows(): boolean {
    return this.mark !== undefined;
  }

  get isSettled(): boolean {
    return this.state === 'settled';
  }

  /** Aborts when the caller cancels, the deadline passes or the turn keeps its silo from stopping. Made on first use. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.stopReason) this.controller.abort(this.stopReason);
    return this.controller.signal;
  }

  succeed(value: unknown): void {
    if (!this.finish()) return;
    if (this.resolve) this.resolve(value);
    else this.value = value;
    if (this.listener) this.listener.succeeded(this.envelope, value);
  }

  fail(error: unknown): void {
    if (!this.finish()) return;
    if (this.reject) this.reject(error);
    else {
      this.hasFailed = true;
      this.value = error;
    }
    if (this.listener) this.listener.failed(this.envelope, error);
  }

  /** The deadline passed: a queued call leaves its queue and never runs, a running one is signalled. */
  expire(): void {
    const { target, method, timeoutMs } = this.envelope;
    const where = this.state === 'running' ? 'while it ran; whether it takes effect is unknown' : `while it waited ${this.mailbox?.place ?? 'in the mailbox'}; it did not run`;
    this.stopWaiting(new CallTimeoutError(`${printEntityId(target)}.${method}: no result within ${timeoutMs} ms, ${where}`, { timeoutMs }));
  }

  /** Its turn, if it runs, is signalled; the caller goes on waiting for what it returns. */
  interrupt(reason: Error): void {
    if (this.state !== 'running') return;
    this.stopReason ??= reason;
    this.controller?.abort(reason);
  }

  /** The silo stopped: nobody will answer. */
  abandon(): void {
    const { target, method } = this.envelope;
    this.stopWaiting(new CancelledError(`${printEntityId(target)}.${method}: the silo stopped before the call ended; whether it takes effect is unknown`));
  }

  /** Watches the deadline from now on, unless the call settled already. */
  watch(wheel: DeadlineWheel): void {
    // A call that is handed on to the next activation stands in the wheel already.
    if (this.state !== 'settled' && this.deadlineMs !== Infinity && this.previous === undefined) wheel.add(this);
  }

  /** The caller gave up: a queued call leaves its queue, a running one is signalled. */
  cancel(): void {
    const { target, method } = this.envelope;
    this.stopWaiting(new CancelledError(`${printEntityId(target)}.${method}: cancelled by its caller`, { cause: this.envelope.signal?.reason }));
  }

  private stopWaiting(error: Error): void {
    if (this.state === 'settled') return;
    this.stopReason = error;
    if (this.state === 'queued') this.mailbox?.withdraw(this);
    this.controller?.abort(error);
    this.fail(error);
  }

  private finish(): boolean {
    if (this.state === 'settled') return false;
    this.state = 'settled';
    this.unlink();
    if (this.isCancellable) this.envelope.signal?.removeEventListener('abort', this);
    return true;
  }

  private unlink(): void {
    if (this.previous) this.previous.next = this.next;
    if (this.next) this.next.previous = this.previous;
    this.previous = this.next = undefined;
  }
}
