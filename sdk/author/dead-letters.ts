import type { EntityId } from '../../protocol/actor-id.js';

/** A message that was given up after its last attempt. Its effect surely did not happen. */
export interface DeadLetterInfo {
  readonly id: string;
  readonly target: EntityId;
  /** Of a message that was told. */
  readonly method?: string;
  /** Of an event: its wire name. */
  readonly event?: string;
  /** Of the firing of a reminder: its name. Sent anew it does nothing: the reminder has gone on. */
  readonly reminder?: string;
  readonly attempts: number;
  /** What the last attempt failed with. */
  readonly error: { readonly name: string; readonly message: string };
  /** When it was given up: milliseconds since 1970. */
  readonly at: number;
}

export interface DeadLetterListing {
  readonly letters: readonly DeadLetterInfo[];
  /** Of the next page. */
  readonly cursor?: string | undefined;
}

/** The dead letters of the whole cluster. Nothing removes one but `retry` and `discard`: watch `count`. */
export interface DeadLetters {
  /** Newest first, 100 a page unless `limit` (up to 1,000) says otherwise; of one actor type with `type`. */
  list(query?: { readonly limit?: number; readonly cursor?: string; readonly type?: string }): Promise<DeadLetterListing>;
  count(type?: string): Promise<number>;
  /** Sends it anew, with all its attempts, and removes it; asked twice it arrives once. A reminder's is removed alone. False: there is none of the id. Rejects with `SiloUnavailableError` when this silo stops first. */
  retry(id: string): Promise<boolean>;
  /** Removes it for good. True also when that, or `retry`, has removed it in the last 7 days. False: there is none of the id. */
  discard(id: string): Promise<boolean>;
}
