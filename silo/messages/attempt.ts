import type { Delivery } from '../../protocol/delivery.js';
import type { SenderMark } from '../../protocol/ports/index.js';
import type { AnswerListener } from '../turns/answer.js';
import type { MessageTurn } from '../turns/pending-call.js';

/** What becomes of an attempt. `ended`: the activation is over, which says nothing of the message. */
export type Attempted = { readonly status: 'handled' } | { readonly status: 'ended' } | { readonly status: 'failed'; readonly error: unknown };

/** Says what became of the turn of an attempt; what it says to others it has said before. */
export interface AttemptJudge {
  /** Its effect is committed. */
  handled(attempt: Attempt): void;
  /** Never rejects. */
  whyFailed(attempt: Attempt, error: unknown): Promise<Attempted>;
}

const HANDLED: Attempted = { status: 'handled' };

/** One run of a message, from its offer to what becomes of it. */
export class Attempt implements AnswerListener, MessageTurn {
  outcome: Attempted | undefined;
  /** Its turn is over, and its commit not answered. */
  isSubmitted = false;
  private waiting: ((outcome: Attempted) => void)[] | undefined;

  /** What commits with its effect; none of a reminder's firing. */
  mark: SenderMark | undefined;

  /** `followed`: is told when the next may run. */
  constructor(readonly sender: string, readonly delivery: Delivery, readonly begunMs: number, private readonly judge: AttemptJudge, private readonly followed?: () => void) {}

  get isFollowed(): boolean {
    return this.followed !== undefined;
  }

  submitted(isFollowed: boolean): void {
    this.isSubmitted = true;
    if (isFollowed) this.followed!();
  }

  /** Never rejects. */
  get ended(): Promise<Attempted> {
    return new Promise((resolve) => this.whenEnded(resolve));
  }

  whenEnded(callback: (outcome: Attempted) => void): void {
    if (this.outcome) callback(this.outcome);
    else (this.waiting ??= []).push(callback);
  }

  succeeded(): void {
    this.judge.handled(this);
    this.end(HANDLED);
  }

  failed(_envelope: unknown, error: unknown): void {
    void this.judge.whyFailed(this, error).then((outcome) => this.end(outcome));
  }

  end(outcome: Attempted): void {
    this.outcome = outcome;
    const { waiting } = this;
    this.waiting = undefined;
    for (const callback of waiting ?? []) callback(outcome);
  }
}
