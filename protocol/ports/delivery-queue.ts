/** What is done with one batch; rejecting means: not handled. */
export type BatchHandler = (batch: Uint8Array) => Promise<void>;

/** What is done with successive batches at once; rejecting means: none is handled. */
export interface BatchesHandler {
  /** In their order. */
  handle(batches: readonly Uint8Array[]): Promise<void>;
  /** So many at most. */
  readonly atMost: number;
}

export interface ConsumeOptions {
  /** Who consumed it before was declared dead: what that one held need not wait for the end of its hold. */
  readonly isOfDead?: boolean | undefined;
}

/** One silo's hold on the batches of one partition. */
export interface DeliveryConsumer {
  /**
   * Nothing more is taken; resolves when the running attempt is over. A batch that it did not handle stays stored, before all later ones.
   * Idempotent. A handler that never ends is waited for: bound the wait.
   */
  stop(): Promise<void>;
}

/**
 * Queues of batches, one per partition: at least once, first in, first out, one handler of a partition at a time in the whole cluster. What a batch
 * holds is opaque here.
 * Q1. A batch whose `add` resolved is handed over until a handler has resolved for it, whoever stops or dies meanwhile.
 * Q2. A batch that was not handled comes again before any later one of its partition. So it may come to a handler more than once, and while an
 *     earlier one still runs in a process that was taken for dead.
 * Q3. Batches of one partition come in the order in which their `add`s were made, if these were awaited or made by one silo. A delayed one takes
 *     its place when it is due.
 */
export interface DeliveryQueues {
  /**
   * Resolves when the batch is stored; waits for as long as the store is away. Rejects when the outcome is unknown (the queues were stopped):
   * adding it again, also elsewhere, is right then, and may make it come twice.
   */
  add(partition: number, batch: Uint8Array): Promise<void>;
  /**
   * As `add`, for a batch that comes at `dueMs` (milliseconds since 1970) or soon after. While one with this id is stored and not handled,
   * adding it again changes nothing. Any text is an id; partitions do not share them.
   */
  addDelayed(partition: number, id: string, batch: Uint8Array, dueMs: number): Promise<void>;
  /**
   * Takes the partition's batches, one at a time, or some that wait behind each other together. Of several consumers any may get a batch; a
   * rejected one is tried again after a growing pause.
   */
  consume(partition: number, handler: BatchHandler | BatchesHandler, options?: ConsumeOptions): DeliveryConsumer;
  /** How many batches are stored and not handled; those that are not due yet are left out. */
  depth(partition: number): Promise<number>;
  /** Stops this silo's consumers and rejects what it adds later. The batches stay. Idempotent. */
  stop(): Promise<void>;
}

/** As one that takes one batch at a time. */
export function asBatchesHandler(handler: BatchHandler | BatchesHandler): BatchesHandler {
  return typeof handler === 'function' ? { handle: ([batch]) => handler(batch!), atMost: 1 } : handler;
}
