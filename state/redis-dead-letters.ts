// RedisDeadLetters. Owns nothing but names: the letters are in Redis, all in one hash slot; each method is one script or one command.
// With durability `replicated` a letter and its removal are answered once a replica has them: the message is settled because of the one, and sent
// anew under another id because of the other.
import type { DeadLetter, DeadLetterPage, DeadLetterQuery, DeadLetterStore } from '../protocol/ports/message-records.js';
import { readLetter, writeLetter } from './letter-record.js';
import type { RedisExecutor } from './redis-executor.js';
import type { RedisKeys } from './redis-keys.js';
import { readBytes, readList, readText } from './redis-replies.js';
import type { KeyedExecutor } from './replicated-executor.js';

const REMEMBERED_MS = String(7 * 24 * 3_600_000);
const PAGE_BYTES = String(4 * 1024 * 1024);

/** See `DeadLetterStore`. */
export class RedisDeadLetters implements DeadLetterStore {
  constructor(private readonly executor: RedisExecutor, private readonly kept: KeyedExecutor, private readonly keys: RedisKeys) {}

  async add(letter: DeadLetter): Promise<boolean> {
    return (await this.kept.run('add-letter', this.named(letter.target.type), [letter.id, writeLetter(letter), REMEMBERED_MS], true)) === 1;
  }

  async list({ limit, cursor, type }: DeadLetterQuery): Promise<DeadLetterPage> {
    if (limit < 1) return { letters: [] };
    const keys = this.keys.deadLetters;
    const args = [cursor === undefined ? '+inf' : `(${cursor}`, String(limit), PAGE_BYTES];
    const [next, ...records] = readList(await this.executor.run('list-letters', [keys.letters, type === undefined ? keys.byNumber : keys.byType(type)], args));
    const page = { letters: records.map((record) => readLetter(readBytes(record))) };
    return readText(next) === '' ? page : { ...page, cursor: readText(next) };
  }

  async get(id: string): Promise<DeadLetter | undefined> {
    const record = await this.executor.command('hget', this.keys.deadLetters.letters, id);
    return record === null ? undefined : readLetter(readBytes(record));
  }

  /** The letter's type names one of the script's keys: it never changes, as no id comes back. */
  async remove(id: string): Promise<boolean> {
    const type = (await this.get(id))?.target.type ?? '';
    return (await this.kept.run('remove-letter', this.named(type), [id, REMEMBERED_MS], true)) === 1;
  }

  async count(type?: string): Promise<number> {
    const keys = this.keys.deadLetters;
    return Number(await this.executor.command('zcard', type === undefined ? keys.byNumber : keys.byType(type)));
  }

  private named(type: string): readonly string[] {
    const keys = this.keys.deadLetters;
    return [keys.letters, keys.lastNumber, keys.byNumber, keys.byType(type), keys.removed];
  }
}
