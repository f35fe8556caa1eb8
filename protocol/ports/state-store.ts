import type { ActorId } from '../actor-id.js';
import type { BindingChange, MessageStore, OutboxEntry, SenderMark } from './message-store.js';

/** `incarnation:random96`. Unique per activation, never reused (P1). */
export type Token = string;
/** One life of a silo. Never reused. */
export type Incarnation = string;

/** Who holds an actor. */
export interface Holder {
  readonly token: Token;
  readonly incarnation: Incarnation;
}

/** Saved fields by name: `<field>` of the actor, `<component>:<field>` of a component. Encoded values. */
export type SavedFields = ReadonlyMap<string, Uint8Array>;

export interface ClaimRequest {
  readonly id: ActorId;
  readonly token: Token;
  readonly incarnation: Incarnation;
  /** The token that is believed to be registered; absent: the actor is believed to be free. */
  readonly expected?: Token | undefined;
}

/** `taken`: a token of `''` says that the actor turned out to be free while a token was expected; expecting `''` means expecting it free. */
export type ClaimResult = ClaimedRow | { readonly status: 'taken'; readonly holder: Holder };

/** The row as the new owner finds it: everything an activation needs, in the one round trip. */
export interface ClaimedRow {
  readonly status: 'claimed';
  /** How often the actor has been claimed. For people; the token fences. */
  readonly epoch: number;
  /** How many commits the state has had. */
  readonly version: number;
  readonly fields: SavedFields;
  readonly tags: readonly string[];
  /** Bound listeners by event name; an event that is absent has none. */
  readonly bindingCounts: ReadonlyMap<string, number>;
  /** The last number used by this sender's outbox; 0 when it never sent. */
  readonly lastSequence: number;
  readonly hasOutbox: boolean;
  readonly hasInbox: boolean;
  readonly hasReminders: boolean;
  /** A message that alone may run next (tail calls that keep the turn). */
  readonly hold?: string | undefined;
}

/** A result kept under an idempotency key. */
export interface OperationRecord {
  readonly operationId: string;
  /** Whose key it is: a hash of the identity or calling entity. Counted against the limit per identity. */
  readonly scope: string;
  readonly argumentsHash: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface OperationResult {
  readonly argumentsHash: string;
  readonly result: Uint8Array;
}

export interface ReminderChange {
  readonly name: string;
  /** Encoded `{ generation, spec, next }`; absent deletes. */
  readonly value?: Uint8Array | undefined;
}

/** One commit: everything a unit of work (or several that ended together) changed, applied whole or not at all. */
export interface CommitRequest {
  readonly id: ActorId;
  readonly token: Token;
  /** Unique per commit and the same when it is sent again: sending twice changes once. */
  readonly commitId: string;
  /** The version this commit builds on. */
  readonly version: number;
  /** Changed fields; `undefined` deletes. */
  readonly fields: ReadonlyMap<string, Uint8Array | undefined>;
  readonly operations?: readonly (OperationRecord & { readonly result: Uint8Array })[] | undefined;
  /** Operation ids whose time is over. */
  readonly forgottenOperations?: readonly string[] | undefined;
  /** Per sender the ids that this unit handled (not those known before) and the sender's `low`; the store merges. A known id: `duplicate`. */
  readonly marks?: readonly SenderMark[] | undefined;
  /** Numbers rise from commit to commit. */
  readonly outbox?: readonly OutboxEntry[] | undefined;
  /** Sequences of outbox entries that are settled and leave. */
  readonly settled?: readonly number[] | undefined;
  /** How many entries leave the head of the inbox. */
  readonly inboxTaken?: number | undefined;
  readonly bindings?: readonly BindingChange[] | undefined;
  readonly reminders?: readonly ReminderChange[] | undefined;
  readonly tags?: { readonly added: readonly string[]; readonly removed: readonly string[] } | undefined;
  /** Sets (a message id) or clears (`null`) the hold. */
  readonly hold?: string | null | undefined;
}

export type CommitResult =
  /** `oldestUnsettled`: the first sequence that is left in the outbox, when this commit appended or settled messages and one is left. */
  | { readonly status: 'committed'; readonly version: number; readonly oldestUnsettled?: number | undefined }
  /** The token is not the registered one (P2). Nothing changed. */
  | { readonly status: 'fenced'; readonly holder?: Holder | undefined }
  /** One of the carried operation or message ids (as `<sender>#<id>`) is known already. Nothing changed. */
  | { readonly status: 'duplicate'; readonly operationId: string }
  /** The stored version is behind the expected one: a failover lost writes. Nothing changed. */
  | { readonly status: 'regressed'; readonly version: number }
  /** The stored version is ahead of the expected one. Nothing changed. */
  | { readonly status: 'conflict'; readonly version: number };

/**
 * Where actors' state, ownership and messages are kept. Every method is one atomic step on one actor and is safe to send twice.
 * P1 tokens are never reused. P2 a commit lands only if its token is the registered one at that instant. P3 the version rises by
 * exactly 1 per commit. P5 the token changes only by claim, handOff and release with the right expectation. P7 a message id or
 * operation and its effect commit together.
 * A method rejects only when the outcome is unknown (the connection broke past its resends, or the store was stopped).
 */
export interface StateStore extends MessageStore {
  claim(request: ClaimRequest): Promise<ClaimResult>;
  commit(request: CommitRequest): Promise<CommitResult>;
  /** Gives the actor up if `token` is registered (false when sent again: it is free already); a row that never committed (version 0, no other key) vanishes. False: it was not ours. */
  release(id: ActorId, token: Token): Promise<boolean>;
  /** Passes the actor on to `next` if `token` is registered (or `next` already is). */
  handOff(id: ActorId, token: Token, next: Holder): Promise<boolean>;
  /** Deletes fields, tags, bindings and reminders, and frees the actor, if `token` is registered; version, epoch, marks, unsettled outbox and, while it is not empty, whom its broadcasts go to stay for 7 days. */
  destroy(id: ActorId, token: Token): Promise<boolean>;
  /** Who holds the actor, without touching it. */
  lookup(id: ActorId): Promise<Holder | undefined>;
  /** All operations kept for the actor, without their results. */
  operations(id: ActorId): Promise<readonly OperationRecord[]>;
  operationResult(id: ActorId, operationId: string): Promise<OperationResult | undefined>;
  reminders(id: ActorId): Promise<ReadonlyMap<string, Uint8Array>>;
  /**
   * Index only; the truth is in the actor's row. Adds the actor under a tag ahead of the commit of `stamp.version`; of several announced
   * versions the highest is kept. Removes it unless the entry announces a later version than that (without a stamp: whatever it announces).
   */
  indexTag(tag: string, id: ActorId, present: boolean, stamp?: TagStamp): Promise<void>;
  /** Takes an entry out of the index if it is still the one that `findTagged` gave with this mark. */
  dropTag(tag: string, id: ActorId, mark: string): Promise<void>;
  /** One page of actors indexed under a tag, verified by nobody; `cursor` of the last page is `undefined`. */
  findTagged(tag: string, cursor?: string): Promise<TaggedPage>;
  /** What the actor's row says of the tag, in one look. */
  tagState(id: ActorId, tag: string): Promise<TagState>;
}

/** Whose entry it is: the commit that it was made ahead of. */
export interface TagStamp {
  /** The version that this commit makes. */
  readonly version: number;
  /** Unique to it. */
  readonly by: string;
}

export interface TaggedPage {
  readonly ids: readonly ActorId[];
  /** Of each id its entry, which begins with the version that it announces and a space. Another one after every `indexTag`. */
  readonly marks: readonly string[];
  /** An id may come twice on pages of the same part, and never on those of two. */
  readonly part?: string | undefined;
  readonly cursor?: string | undefined;
}

export interface TagState {
  readonly isTagged: boolean;
  /** Of the actor's state; 0: it was never committed. */
  readonly version: number;
  /** Somebody holds the actor, and may commit. */
  readonly isHeld: boolean;
}
