// MemoryDeadLetters. Owns: the letters, in the order in which they came, and the ids of those that were removed within the last 7 days.
import type { DeadLetter, DeadLetterPage, DeadLetterQuery, DeadLetterStore } from '../protocol/ports/message-records.js';
import type { Clock } from '../protocol/ports/clock.js';

const REMEMBERED_MS = 7 * 24 * 3_600_000;
const PAGE_BYTES = 4 * 1024 * 1024;

interface Numbered {
  readonly letter: DeadLetter;
  readonly number: number;
}

/** See `DeadLetterStore`. Payloads are kept and handed out by reference. */
export class MemoryDeadLetters implements DeadLetterStore {
  private readonly letters = new Map<string, Numbered>();
  /** In the order of their numbers. */
  private ordered: Numbered[] = [];
  /** When each was removed, oldest first. */
  private readonly removed = new Map<string, number>();
  private last = 0;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  add(letter: DeadLetter): Promise<boolean> {
    this.forget();
    if (this.removed.has(letter.id)) return Promise.resolve(false);
    if (this.letters.has(letter.id)) return Promise.resolve(true);
    const numbered = { letter: { ...letter }, number: ++this.last };
    this.letters.set(letter.id, numbered);
    this.ordered.push(numbered);
    return Promise.resolve(true);
  }

  list({ limit, cursor, type }: DeadLetterQuery): Promise<DeadLetterPage> {
    const letters: DeadLetter[] = [];
    let bytes = 0;
    for (let i = cursor === undefined ? this.ordered.length - 1 : this.placeOf(Number(cursor)) - 1; i >= 0 && limit > 0; i -= 1) {
      const { letter, number } = this.ordered[i]!;
      if (type !== undefined && letter.target.type !== type) continue;
      letters.push(letter);
      bytes += letter.payload.length;
      if (letters.length >= limit || bytes >= PAGE_BYTES) return Promise.resolve({ letters, cursor: String(number) });
    }
    return Promise.resolve({ letters });
  }

  get(id: string): Promise<DeadLetter | undefined> {
    return Promise.resolve(this.letters.get(id)?.letter);
  }

  remove(id: string): Promise<boolean> {
    this.forget();
    const numbered = this.letters.get(id);
    if (!numbered) return Promise.resolve(this.removed.has(id));
    this.letters.delete(id);
    this.ordered.splice(this.placeOf(numbered.number), 1);
    this.removed.set(id, this.clock.now());
    return Promise.resolve(true);
  }

  count(type?: string): Promise<number> {
    return Promise.resolve(type === undefined ? this.letters.size : this.ordered.filter(({ letter }) => letter.target.type === type).length);
  }

  /** The index of the first that has this number or a higher one. */
  private placeOf(number: number): number {
    let from = 0;
    for (let to = this.ordered.length; from < to; ) {
      const middle = (from + to) >> 1;
      if (this.ordered[middle]!.number < number) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  private forget(): void {
    const since = this.clock.now() - REMEMBERED_MS;
    for (const [id, at] of this.removed) {
      if (at > since) break;
      this.removed.delete(id);
    }
  }
}
