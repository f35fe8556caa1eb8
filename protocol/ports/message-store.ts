import type { ActorId } from '../actor-id.js';
import type { Incarnation } from './state-store.js';

/** What a listener remembers of one sender: every id below `low` is handled, and of the others exactly `ids`, in rising order. */
export interface SenderMark {
  readonly sender: string;
  readonly low: number;
  readonly ids: readonly number[];
}

/** A message in an actor's outbox. `payload` is opaque here. */
export interface OutboxEntry {
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** A delivery that waits in its listener's inbox. `payload` is opaque here and all that `inbox` returns. */
export interface ParkedDelivery {
  readonly sender: string;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** Binding twice keeps the first binding; unbinding ends it, and binding again makes a new one. `event` is a wire name. */
export interface BindingChange {
  readonly event: string;
  readonly listener: string;
  readonly bound: boolean;
}

/** Listeners in a fixed order. A page may hold fewer than were asked for, or none, and still have a `cursor`: only the last has none. */
export interface ListenerPage {
  readonly listeners: readonly string[];
  readonly cursor?: string | undefined;
}

/** An id may come twice, and a page may be empty and still have a `cursor`: only the last has none. */
export interface DirtyPage {
  readonly ids: readonly ActorId[];
  readonly cursor?: string | undefined;
}

/**
 * What an actor's row keeps for messages, beside its state. What changes together with the state is part of a commit (`CommitRequest`); here is
 * what is read, and what changes whoever holds the actor, because it is a fact that stays true: a message was sent to it, handled, or is needed
 * by nobody any more. Every method is one atomic step and safe to send twice, if it does not say otherwise.
 */
export interface MessageStore {
  /** Marks of the given senders, in order; `undefined` for unknown ones. */
  marks(id: ActorId, senders: readonly string[]): Promise<readonly (SenderMark | undefined)[]>;
  /** The oldest `limit` unsettled outbox entries, of those above `after` if it is given, in order. */
  outbox(id: ActorId, limit: number, after?: number): Promise<readonly OutboxEntry[]>;
  /**
   * Takes entries out of the outbox, whoever holds the actor. Resolves with the oldest sequence that is left. When none is, what was kept of
   * unbound listeners goes too.
   */
  settle(id: ActorId, sequences: readonly number[]): Promise<number | undefined>;
  /**
   * As `settle`, for a message that has `total` listeners: those of the ordinals are through with it. When all are, it is settled. Ordinals are whole
   * numbers from 0 to below `total`.
   */
  settleShare(id: ActorId, sequence: number, ordinals: readonly number[], total: number): Promise<void>;
  /** The oldest `limit` parked deliveries, in order. */
  inbox(id: ActorId, limit: number): Promise<readonly Uint8Array[]>;
  /**
   * Appends a delivery to the inbox, whoever holds the actor, unless its id is marked as handled. Sent twice it may be parked twice; whoever
   * takes the second from the inbox finds its id marked by the first.
   */
  park(id: ActorId, delivery: ParkedDelivery): Promise<'parked' | 'duplicate'>;
  /**
   * One page of those bound to the event at the commit that made `version`: bound by it or before, and not unbound by it or before. The pages
   * of one version are the same whatever is bound and unbound meanwhile, so that a listener's place among them is its ordinal; of versions that
   * have (or had, when the actor was destroyed) a message in the outbox, and of the present one. `limit` bounds what a page costs.
   */
  listeners(id: ActorId, event: string, version: number, limit: number, cursor?: string): Promise<ListenerPage>;
  /**
   * Says that no broadcast older than `version` will be asked for its listeners again; what was kept only for them goes. For outboxes that are
   * never empty: `settle` does it when one is. Without `version`: nothing goes unless the outbox is empty.
   */
  forgetUnbound(id: ActorId, version?: number): Promise<void>;
  /**
   * Writes down, before they commit, actors whose outbox or inbox will be non-empty, so that others find them when this silo dies. False: its set is
   * sealed, for others think that it is dead; what is committed now nobody would look for.
   */
  noteDirty(incarnation: Incarnation, ids: readonly ActorId[]): Promise<boolean>;
  /** One page of about `limit` actors that are written down. Those that are there from the first page to the last are found. */
  dirty(incarnation: Incarnation, limit: number, cursor?: string): Promise<DirtyPage>;
  /** Strikes actors out: their outbox and inbox are empty, or somebody else's affair. */
  clean(incarnation: Incarnation, ids: readonly ActorId[]): Promise<void>;
  /** Of a dead silo, before its set is read: nothing is added any more, so what is found there is all. For good. */
  sealDirty(incarnation: Incarnation): Promise<void>;
}
