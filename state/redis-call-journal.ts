// RedisCallJournal. Owns nothing but names: a message's calls are one hash, gone after 7 days.
// With durability `replicated` a note is answered once a replica has it: the call is made because of it.
import { randomBytes } from 'node:crypto';
import type { CallJournal } from '../protocol/ports/message-records.js';
import type { RedisExecutor } from './redis-executor.js';
import type { RedisKeys } from './redis-keys.js';
import { readText } from './redis-replies.js';
import type { KeyedExecutor } from './replicated-executor.js';

const LIFE_MS = String(7 * 24 * 3_600_000);

/** See `CallJournal`. */
export class RedisCallJournal implements CallJournal {
  constructor(private readonly executor: RedisExecutor, private readonly kept: KeyedExecutor, private readonly keys: RedisKeys) {}

  async note(messageId: string, ordinal: number, hash: string): Promise<{ readonly isNew: boolean; readonly hash: string }> {
    // Who wrote it stands there too: a note that is sent again is known as its own.
    const note = `${randomBytes(9).toString('base64url')} ${hash}`;
    const stands = readText(await this.kept.run('note-call', [this.keys.journal(messageId)], [String(ordinal), note, LIFE_MS], true));
    return { isNew: stands === note, hash: stands.slice(stands.indexOf(' ') + 1) };
  }

  async drop(messageId: string): Promise<void> {
    await this.executor.command('unlink', this.keys.journal(messageId));
  }
}
