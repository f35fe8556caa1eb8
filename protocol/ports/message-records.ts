import type { EntityId } from '../actor-id.js';

/** What went wrong, as text: it outlives the classes that it came from. */
export interface FailureText {
  readonly name: string;
  readonly message: string;
}

/** A message that was given up. Surely not applied, if its listener marked it as handled before it was added. `payload` is opaque here. */
export interface DeadLetter {
  /** Unique, and the same when it is added again. */
  readonly id: string;
  readonly target: EntityId;
  /** `tell`, `event`, … */
  readonly kind: string;
  /** Of the method or the event. */
  readonly name: string;
  readonly attempts: number;
  readonly error: FailureText;
  /** When it was given up, in milliseconds since 1970. */
  readonly at: number;
  readonly payload: Uint8Array;
  readonly sender: string;
  readonly sequence: number;
}

export interface DeadLetterQuery {
  /** At most so many a page; fewer come when they are large (about 4 MB together, or one). */
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Only letters to actors and services of this type. */
  readonly type?: string | undefined;
}

/** Newest first; letters that come meanwhile are on no later page. A page may be empty and have no `cursor`: that is the end. */
export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  readonly cursor?: string | undefined;
}

/**
 * The cluster's dead letters, kept until somebody removes them. Each takes its payload and about 700 bytes more in Redis, all in one hash slot;
 * `add`, `get`, `remove` and `count` cost the same however many there are, a page what is on it. Nothing bounds their number: watch `count`.
 */
export interface DeadLetterStore {
  /** True: it is kept, from now on or as it was added before. False: it was removed within the last 7 days; what was discarded or sent anew never comes back. */
  add(letter: DeadLetter): Promise<boolean>;
  list(query: DeadLetterQuery): Promise<DeadLetterPage>;
  get(id: string): Promise<DeadLetter | undefined>;
  /** True: it is gone, from now on or within the last 7 days. False: there was no such letter. Two who remove it are both told that it is gone. */
  remove(id: string): Promise<boolean>;
  /** How many there are, of all types or one. */
  count(type?: string): Promise<number>;
}

/** A delivery that failed for good. `listener` as the caller spells it. */
export interface BroadcastFailure {
  /** The listener's place among those of the broadcast. */
  readonly ordinal: number;
  readonly listener: string;
  readonly error: FailureText;
}

export interface BroadcastCounts {
  /** How many listeners there are; unknown until the expansion has ended. */
  readonly total?: number | undefined;
  readonly received: number;
  /** Committed or given up. */
  readonly processed: number;
  /** Given up. */
  readonly failedCount: number;
}

export interface BroadcastStatus extends BroadcastCounts {
  /** As `open` got it. */
  readonly info: Uint8Array;
  /** Those with the lowest ordinals, 100 at most, in their order. */
  readonly failed: readonly BroadcastFailure[];
}

/**
 * What became of broadcasts whose emitter asked for receipts, 24 h from `open`. Reports may come in any order and any number of times: each listener
 * counts once, by its ordinal (0 to 16,777,215). A report on a tracker that is unknown or too old changes nothing and is answered with `undefined`, else
 * with the counts as they are now. A tracker takes 3 bits a listener.
 */
export interface BroadcastTrackers {
  /** One that is open already stays as it is. */
  open(id: string, info: Uint8Array): Promise<void>;
  /** The expansion has ended with so many listeners. The first answer stands. */
  expanded(id: string, total: number): Promise<BroadcastCounts | undefined>;
  /** Mailboxes have accepted these, or inboxes keep them. */
  received(id: string, ordinals: readonly number[]): Promise<BroadcastCounts | undefined>;
  /** These, and those that failed, are done with; they count as received too. */
  processed(id: string, ordinals: readonly number[], failures?: readonly BroadcastFailure[]): Promise<BroadcastCounts | undefined>;
  status(id: string): Promise<BroadcastStatus | undefined>;
}

/** What a turn's calls were: by the message that it handles and the call's place among them. Kept for 7 days from the message's first call. */
export interface CallJournal {
  /** Writes it down unless something stands there. `hash`: what stands there now; `isNew`: it was written by this. */
  note(messageId: string, ordinal: number, hash: string): Promise<{ readonly isNew: boolean; readonly hash: string }>;
  /** Forgets the message. */
  drop(messageId: string): Promise<void>;
}

/** How a chain of tail calls ended. `payload` is opaque here. */
export interface ChainEnd {
  readonly failed: boolean;
  readonly payload: Uint8Array;
}

/** The ends of chains for which somebody may ask again, by the chain's id. What is kept first stands; it is gone after 7 days. */
export interface ChainEnds {
  keep(id: string, end: ChainEnd): Promise<void>;
  find(id: string): Promise<ChainEnd | undefined>;
  drop(id: string): Promise<void>;
}

/** Records of the whole cluster about messages, beside the actors' own. Every method is one atomic step and safe to send twice. */
export interface MessageRecords {
  readonly deadLetters: DeadLetterStore;
  readonly broadcasts: BroadcastTrackers;
  readonly journal: CallJournal;
  readonly chainEnds: ChainEnds;
}
