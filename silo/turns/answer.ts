import type { Envelope } from '../../protocol/envelope.js';

/** Who is told how a call ended. */
export interface AnswerListener {
  succeeded(envelope: Envelope, value: unknown): void;
  failed(envelope: Envelope, error: unknown): void;
}

/** The outcome of a call that need not become a promise: every promise of a silo costs the hooks that its turns' contexts need. */
export interface Answer {
  /** In the stack in which the call ends, or at once if it has ended. At most one listener; it must not throw. */
  tell(listener: AnswerListener): void;
  readonly promise: Promise<unknown>;
}

/** The answer as a promise, whatever it is. */
export function promised(answer: Answer | Promise<unknown>): Promise<unknown> {
  return answer instanceof Promise ? answer : answer.promise;
}
