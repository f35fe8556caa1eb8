import type { AbortListener, CancelSignal } from './envelope.js';

/** Aborted when the caller, on another silo or in a thread, gives up. Far cheaper than an `AbortSignal`. */
export class RemoteSignal implements CancelSignal {
  aborted = false;
  reason: unknown = undefined;
  /** Nearly always the only one. */
  private first: AbortListener | undefined = undefined;
  private others: AbortListener[] | undefined = undefined;

  addEventListener(_type: 'abort', listener: AbortListener): void {
    if (this.first === undefined) this.first = listener;
    else (this.others ??= []).push(listener);
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    if (this.first === listener) {
      this.first = this.others?.shift();
      return;
    }
    const at = this.others?.indexOf(listener) ?? -1;
    if (at >= 0) this.others?.splice(at, 1);
  }

  /** The first reason counts. Each listener is called once. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const { first, others = [] } = this;
    this.first = this.others = undefined;
    if (first !== undefined) tell(first);
    for (const listener of others) tell(listener);
  }
}

function tell(listener: AbortListener): void {
  if (typeof listener === 'function') listener();
  else listener.handleEvent();
}
