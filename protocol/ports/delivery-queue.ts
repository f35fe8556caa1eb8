/** At-least-once queues of batches, one per partition: first in, first out; one batch at a time per partition. */
export interface DeliveryQueues {
  /** Resolves when the batch is stored. Rejects when that is unknown; adding it again is then right: duplicates are harmless to consumers. */
  add(partition: number, batch: Uint8Array): Promise<void>;
  /** Comes at `dueMs` (Unix ms) or soon after. While one with this id waits, adding it again changes nothing. */
  addDelayed(partition: number, id: string, batch: Uint8Array, dueMs: number): Promise<void>;
  /** Hands over one batch at a time, in order. A batch whose handler rejects, or whose consumer dies, comes again before any later one. */
  consume(partition: number, handle: (batch: Uint8Array) => Promise<void>): DeliveryConsumer;
  depth(partition: number): Promise<number>;
  stop(): Promise<void>;
}

export interface DeliveryConsumer {
  /** Resolves when the running batch is done and nothing more is taken. */
  stop(): Promise<void>;
}
