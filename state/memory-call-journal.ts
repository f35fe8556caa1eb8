// MemoryCallJournal. Owns: the calls of messages' turns of the last 7 days.
import type { Clock } from '../protocol/ports/clock.js';
import type { CallJournal } from '../protocol/ports/message-records.js';
import { ExpiringMap } from './expiring-map.js';

const LIFE_MS = 7 * 24 * 3_600_000;

/** See `CallJournal`. */
export class MemoryCallJournal implements CallJournal {
  /** By message and ordinal. */
  private readonly messages: ExpiringMap<Map<number, string>>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.messages = new ExpiringMap(clock, LIFE_MS);
  }

  note(messageId: string, ordinal: number, hash: string): Promise<{ readonly isNew: boolean; readonly hash: string }> {
    const calls = this.messages.getOrAdd(messageId, () => new Map<number, string>());
    const stands = calls.get(ordinal);
    if (stands === undefined) calls.set(ordinal, hash);
    return Promise.resolve({ isNew: stands === undefined, hash: stands ?? hash });
  }

  drop(messageId: string): Promise<void> {
    this.messages.delete(messageId);
    return Promise.resolve();
  }
}
