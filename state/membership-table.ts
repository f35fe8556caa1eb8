import type { Incarnation } from '../protocol/ports/state-store.js';
import type { Member, SiloLoad } from '../protocol/ports/membership.js';

/** What a silo says of itself when it joins. */
export type Joiner = Omit<Member, 'status' | 'load'>;

export interface JoinRequest {
  readonly joiner: Joiner;
  /** Written with the partition count when the store has none yet. */
  readonly newGenesis: string;
  readonly partitions: number;
}

export type JoinAnswer =
  | { readonly status: 'joined'; readonly genesis: string; readonly epoch: number }
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

/** Who is up, and how far each has counted. */
export interface MembersSeen {
  readonly epoch: number;
  readonly up: readonly { readonly member: Member; readonly heartbeat: string }[];
}

/**
 * The table behind `LeasedMembership`: each method is one atomic step (protocol.md §2) and safe to send twice. P4: dead is final, and an
 * incarnation that is not in the table counts as dead.
 */
export interface MembershipTable {
  join(request: JoinRequest): Promise<JoinAnswer>;
  beat(incarnation: Incarnation, genesis: string, load?: SiloLoad): Promise<BeatAnswer>;
  kill(accusation: Accusation): Promise<'dead' | 'alive' | 'voted'>;
  leave(incarnation: Incarnation): Promise<void>;
  look(): Promise<MembersSeen>;
  /** All rows, the dead included. */
  members(): Promise<readonly Member[]>;
  /** A beat had no answer in time: drops its connection so that the next one takes a fresh one. */
  abandonBeat(): void;
  /** Rejects what is under way. */
  close(): void;
}
