import type { Outgoing } from './outgoing.js';

/** How many can wait at once: the calls of one peer's limit, and control messages beside them. */
export const SLOTS = 2 ** 20;

/** The slot of an id. Ids soon outgrow the integers that `%` is quick with. */
export function slotOf(id: number): number {
  return id & (SLOTS - 1);
}

/**
 * What waits for its reply on one connection, by id. An id is a slot and a generation of it: finding one is an array access, and a reply that
 * comes after its call gave up meets another generation.
 */
export class CallTable {
  private readonly slots: (Outgoing | undefined)[] = [];
  private readonly generations: number[] = [];
  private readonly free: number[] = [];
  private waiting = 0;

  get size(): number {
    return this.waiting;
  }

  /** Gives it its id. */
  add(call: Outgoing): void {
    const slot = this.free.pop() ?? this.newSlot();
    this.slots[slot] = call;
    call.id = this.generations[slot]! * SLOTS + slot;
    this.waiting++;
  }

  get(id: number): Outgoing | undefined {
    const call = this.slots[slotOf(id)];
    return call !== undefined && call.id === id ? call : undefined;
  }

  /** Its answer came. Without effect when nobody waits for it any more. */
  succeed(id: number, value: unknown): void {
    this.get(id)?.succeed(value);
  }

  /** As `succeed`, for an error. */
  fail(id: number, error: unknown): void {
    this.get(id)?.fail(error);
  }

  remove(call: Outgoing): void {
    const slot = slotOf(call.id);
    if (this.slots[slot] !== call) return;
    this.slots[slot] = undefined;
    this.generations[slot]!++;
    this.free.push(slot);
    this.waiting--;
  }

  /** All that wait now. */
  all(): readonly Outgoing[] {
    return this.slots.filter((call) => call !== undefined);
  }

  private newSlot(): number {
    this.generations.push(0);
    return this.slots.push(undefined) - 1;
  }
}
