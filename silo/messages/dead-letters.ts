import type { Delivery } from '../../protocol/delivery.js';

/** A message that was given up. */
export interface BuriedDelivery {
  readonly delivery: Delivery;
  readonly attempts: number;
  readonly error: unknown;
}

/** Those of an embedded silo. */
export class MemoryDeadLetters implements DeadLetters {
  readonly letters: BuriedDelivery[] = [];

  bury(letter: BuriedDelivery): Promise<void> {
    this.letters.push(letter);
    return Promise.resolve();
  }
}

/** Where messages go that were given up. */
export interface DeadLetters {
  /** The same one twice is one. */
  bury(letter: BuriedDelivery): Promise<void>;
}
