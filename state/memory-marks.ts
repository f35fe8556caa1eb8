import type { SenderMark } from '../protocol/ports/message-store.js';

interface Mark {
  low: number;
  /** In the order in which they came; some below `low` may be left. */
  readonly ids: Set<number>;
}

/** Which messages one listener has handled, by sender. */
export class MemoryMarks {
  private readonly marks = new Map<string, Mark>();

  has(sender: string, id: number): boolean {
    const mark = this.marks.get(sender);
    return mark !== undefined && (id < mark.low || mark.ids.has(id));
  }

  merge({ sender, low, ids }: SenderMark): void {
    let mark = this.marks.get(sender);
    if (!mark) this.marks.set(sender, (mark = { low: 0, ids: new Set() }));
    for (const id of ids) mark.ids.add(id);
    mark.low = Math.max(mark.low, low);
    // From the front, so that it costs what goes: one that stays behind a later one says nothing new.
    for (const id of mark.ids) {
      if (id >= mark.low) break;
      mark.ids.delete(id);
    }
  }

  get(sender: string): SenderMark | undefined {
    const mark = this.marks.get(sender);
    return mark && { sender, low: mark.low, ids: [...mark.ids].filter((id) => id >= mark.low).sort((a, b) => a - b) };
  }
}
