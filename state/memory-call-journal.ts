// MemoryCallJournal. Owns: the calls of messages' turns of the last 7 days. Expired ones are swept when others come: no timer.
import type { Clock } from '../protocol/ports/clock.js';
import type { CallJournal } from '../protocol/ports/message-records.js';

const LIFE_MS = 7 * 24 * 3_600_000;

interface Calls {
  readonly expiresAtMs: number;
  readonly byOrdinal: Map<number, string>;
}

/** See `CallJournal`. */
export class MemoryCallJournal implements CallJournal {
  /** Oldest first. */
  private readonly messages = new Map<string, Calls>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  note(messageId: string, ordinal: number, hash: string): Promise<{ readonly isNew: boolean; readonly hash: string }> {
    this.sweep();
    let calls = this.messages.get(messageId);
    if (!calls) this.messages.set(messageId, (calls = { expiresAtMs: this.clock.now() + LIFE_MS, byOrdinal: new Map() }));
    const stands = calls.byOrdinal.get(ordinal);
    if (stands === undefined) calls.byOrdinal.set(ordinal, hash);
    return Promise.resolve({ isNew: stands === undefined, hash: stands ?? hash });
  }

  drop(messageId: string): Promise<void> {
    this.messages.delete(messageId);
    return Promise.resolve();
  }

  private sweep(): void {
    const now = this.clock.now();
    for (const [id, { expiresAtMs }] of this.messages) {
      if (expiresAtMs > now) break;
      this.messages.delete(id);
    }
  }
}
