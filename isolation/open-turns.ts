// OpenTurns. Owns: the turns that a thread has, by number. Most end soon after they began, and in order: each stands in a slot that is used again.
//   O1. Numbers rise. A turn whose slot comes round again before its end gives way to the newer one: it is looked up in a table from then on.
import type { Run } from './thread-turns.js';

/** Powers of two. */
const FEWEST_SLOTS = 16;
const MOST_SLOTS = 16_384;

export class OpenTurns {
  size = 0;
  // Not a `Map`: each time that one makes room it leaves its former self behind, which keeps whatever was in it from being collected young.
  private slots: (Run | undefined)[] = emptySlots(FEWEST_SLOTS);
  private late: Map<number, Run> | undefined;
  private last = 0;

  get(number: number): Run | undefined {
    const run = this.slots[number & (this.slots.length - 1)];
    return run?.number === number ? run : this.late?.get(number);
  }

  add(run: Run): void {
    const { number } = run;
    if (this.slots[number & (this.slots.length - 1)]) this.makeRoom(number);
    this.slots[number & (this.slots.length - 1)] = run;
    this.last = number;
    this.size++;
  }

  /** Takes it out. */
  take(number: number): Run | undefined {
    const at = number & (this.slots.length - 1);
    const run = this.slots[at];
    if (run?.number !== number) return this.takeLate(number);
    this.slots[at] = undefined;
    this.size--;
    return run;
  }

  /** In the order of their numbers. */
  all(): readonly Run[] {
    const { slots, last } = this;
    const all = [...(this.late?.values() ?? [])];
    for (let i = 1; i <= slots.length; i++) {
      const run = slots[(last + i) & (slots.length - 1)];
      if (run) all.push(run);
    }
    return all;
  }

  clear(): void {
    this.slots = emptySlots(FEWEST_SLOTS);
    this.late = undefined;
    this.size = 0;
  }

  private takeLate(number: number): Run | undefined {
    const run = this.late?.get(number);
    if (!run) return undefined;
    this.late!.delete(number);
    this.size--;
    return run;
  }

  /** More slots where many are taken; else whoever is in the way has been there for long (O1). */
  private makeRoom(number: number): void {
    const { slots } = this;
    const at = number & (slots.length - 1);
    if (this.size * 2 > slots.length && slots.length < MOST_SLOTS) {
      this.slots = emptySlots(slots.length * 2);
      for (const run of slots) if (run) this.slots[run.number & (this.slots.length - 1)] = run;
    } else {
      const run = slots[at]!;
      (this.late ??= new Map()).set(run.number, run);
    }
  }
}

function emptySlots(count: number): (Run | undefined)[] {
  return new Array<Run | undefined>(count).fill(undefined);
}
