// OutgoingCalls. Owns: a client's calls from the verb to their end.
//   O1. A call settles exactly once: result, failure, deadline, cancellation, lost connection or close.
//   O2. When the connection is lost, a call that was sent fails with `LinkLostError`, unless sending it again is safe: it is read-only
//       or carries an idempotency key. A call that was not sent waits for the next connection.
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import { ClientMessage, encodeMessage } from '../../protocol/client-wire.js';
import { CallTimeoutError, CancelledError, LinkLostError, PayloadTooLargeError, SiloUnavailableError } from '../../protocol/errors/index.js';
import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';

/** A call that waits for its result. */
interface OutgoingCall {
  readonly id: number;
  readonly target: EntityId;
  readonly method: string;
  readonly payload: Uint8Array;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly idempotencyKey: string | undefined;
  isSent: boolean;
  /** On this connection or an earlier one: it may have run. */
  wasSent: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly release: () => void;
}

/** A call as a handle makes it, its arguments encoded. */
export interface OutgoingRequest {
  readonly target: EntityId;
  readonly method: string;
  readonly payload: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly idempotencyKey?: string | undefined;
}

const SWEEP_MS = 50;

/** The calls of one client. */
export class OutgoingCalls {
  private readonly calls = new Map<number, OutgoingCall>();
  private lastId = 0;
  private maxBytes = Infinity;
  private timer: TimerHandle | undefined;
  private isConnected = false;
  private closedBy: Error | undefined;

  constructor(private readonly clock: Clock, private readonly write: (message: Uint8Array) => void, private readonly isReadOnly: (target: EntityId, method: string) => boolean) {}

  start(request: OutgoingRequest): Promise<unknown> {
    if (this.closedBy) return Promise.reject(this.closedBy);
    const { signal } = request;
    if (signal?.aborted) return Promise.reject(cancelled(request, signal));
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      const onAbort = (): void => this.cancel(id, cancelled(request, signal!));
      signal?.addEventListener('abort', onAbort, { once: true });
      const { target, method, payload, timeoutMs, idempotencyKey } = request;
      const call: OutgoingCall = {
        id, target, method, payload, timeoutMs, idempotencyKey, resolve, reject, isSent: false, wasSent: false,
        deadlineMs: this.clock.monotonicMs() + timeoutMs,
        release: () => signal?.removeEventListener('abort', onAbort),
      };
      this.calls.set(id, call);
      if (this.isConnected) this.send(call);
      this.timer ??= this.clock.setTimer(this.onSweep, SWEEP_MS);
    });
  }

  /** The call that the answer is for; `undefined` when it ended before. */
  finish(id: number): OutgoingCall | undefined {
    const call = this.calls.get(id);
    if (!call) return undefined;
    this.calls.delete(id);
    call.release();
    return call;
  }

  /** `maxBytes`: the longest arguments that the gateway takes. */
  connected(maxBytes = Infinity): void {
    this.isConnected = true;
    this.maxBytes = maxBytes;
    for (const call of [...this.calls.values()]) this.send(call);
  }

  /** O2. */
  lost(): void {
    this.isConnected = false;
    for (const call of [...this.calls.values()]) {
      if (!call.isSent) continue;
      if (call.idempotencyKey !== undefined || this.isReadOnly(call.target, call.method)) call.isSent = false;
      else this.finish(call.id)?.reject(new LinkLostError(`${nameOf(call)}: the connection was lost; whether it ran is unknown`));
    }
  }

  /** Nothing goes out any more: `error` for calls now and later. */
  close(error: Error): void {
    this.closedBy = error;
    this.timer?.cancel();
    for (const { id } of [...this.calls.values()]) this.finish(id)?.reject(error);
  }

  private send(call: OutgoingCall): void {
    if (call.payload.length > this.maxBytes) return void this.finish(call.id)?.reject(tooLarge(call, this.maxBytes));
    call.isSent = true;
    call.wasSent = true;
    const { id, target, method, idempotencyKey, payload } = call;
    const leftMs = Math.max(1, Math.ceil(call.deadlineMs - this.clock.monotonicMs()));
    this.write(encodeMessage([ClientMessage.call, id, target.type, target.key, target.component ?? null, method, leftMs, idempotencyKey ?? null], payload));
  }

  private cancel(id: number, error: Error): void {
    const call = this.finish(id);
    if (!call) return;
    if (call.isSent && this.isConnected) this.write(encodeMessage([ClientMessage.cancel, id]));
    call.reject(error);
  }

  private readonly onSweep = (): void => {
    const nowMs = this.clock.monotonicMs();
    for (const call of [...this.calls.values()]) if (call.deadlineMs <= nowMs) this.finish(call.id)?.reject(expired(call));
    this.timer = this.calls.size > 0 ? this.clock.setTimer(this.onSweep, SWEEP_MS) : undefined;
  };
}

function expired(call: OutgoingCall): Error {
  const name = nameOf(call);
  if (!call.wasSent) return new SiloUnavailableError(`${name}: no gateway was reached within ${call.timeoutMs} ms; the call did not run`);
  return new CallTimeoutError(`${name}: no result within ${call.timeoutMs} ms; whether it ran is unknown`, { timeoutMs: call.timeoutMs });
}

function tooLarge(call: OutgoingCall, limit: number): PayloadTooLargeError {
  return new PayloadTooLargeError(`${nameOf(call)}: the arguments have ${call.payload.length} bytes; the gateway takes ${limit}`, { limit });
}

function cancelled({ target, method }: { readonly target: EntityId; readonly method: string }, signal: AbortSignal): CancelledError {
  return new CancelledError(`${nameOf({ target, method })}: cancelled by its caller`, { cause: signal.reason });
}

function nameOf({ target, method }: { readonly target: EntityId; readonly method: string }): string {
  return `${printEntityId(target)}.${method}`;
}
