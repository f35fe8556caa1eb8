import type { Incarnation } from '../protocol/ports/state-store.js';
import type { Member } from '../protocol/ports/membership.js';

/** What a silo says of itself when it joins. */
export interface Joiner {
  readonly siloId: string;
  readonly incarnation: Incarnation;
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export interface JoinRequest {
  readonly joiner: Joiner;
  /** Written with the partition count when the store has none yet. */
  readonly newGenesis: string;
  readonly partitions: number;
  /** Join only while no other incarnation is up. */
  readonly isExclusive: boolean;
}

export type JoinAnswer =
  | { readonly status: 'joined'; readonly genesis: string; readonly epoch: number }
  | { readonly status: 'held'; readonly holder: Member; readonly heartbeat: string }
  | { readonly status: 'partitions'; readonly found: string }
  | { readonly status: 'dead' };

export type BeatAnswer =
  | { readonly status: 'ok'; readonly epoch: number }
  | { readonly status: 'dead' }
  | { readonly status: 'genesis'; readonly found: string | undefined };

export interface Accusation {
  readonly victim: Incarnation;
  /** The counter that the accuser saw standing still. */
  readonly heartbeat: string;
  readonly accuser: Incarnation;
  readonly votesNeeded: number;
}

/**
 * The table behind `LeasedMembership`: each method is one atomic step (protocol.md §2) and safe to send twice. P4: dead is final, and an
 * incarnation that is not in the table counts as dead.
 */
export interface MembershipTable {
  join(request: JoinRequest): Promise<JoinAnswer>;
  beat(incarnation: Incarnation, genesis: string): Promise<BeatAnswer>;
  kill(accusation: Accusation): Promise<'dead' | 'alive' | 'voted'>;
  leave(incarnation: Incarnation): Promise<void>;
  /** The counter of an incarnation that is up. */
  heartbeat(incarnation: Incarnation): Promise<string | undefined>;
  members(): Promise<readonly Member[]>;
  /** A beat had no answer in time: drops its connection so that the next one takes a fresh one. */
  abandonBeat(): void;
  /** Rejects what is under way. */
  close(): void;
}
