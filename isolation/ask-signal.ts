import type { AbortListener, CancelSignal } from '../protocol/envelope.js';

/** Of a call that code in a thread makes: it is given up when the caller gives it up, or when the thread dies. Far cheaper than a real signal. */
export class AskSignal implements CancelSignal {
  aborted = false;
  reason: unknown;
  private readonly listeners: AbortListener[] = [];

  addEventListener(_type: 'abort', listener: AbortListener): void {
    this.listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    const at = this.listeners.indexOf(listener);
    if (at >= 0) this.listeners.splice(at, 1);
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.listeners.splice(0)) {
      if (typeof listener === 'function') listener();
      else listener.handleEvent();
    }
  }
}
