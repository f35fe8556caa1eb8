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

/** How long a JOIN leaves the rows of the dead. */
export const DEAD_ROWS_KEPT_MS = 7 * 24 * 3_600_000;
/**
 * How many of them it leaves at most, the last to die: a cluster whose silos crash and start again must not read tens of thousands at each LOOK.
 *
 * A JOIN that was sent twice, and whose second copy arrives when its silo is dead and its row forgotten, makes a row that is up again. That is
 * harmless, for a row and for the time: the silo had its answer and knows nothing of it; if its process is gone, nobody beats, and the row is
 * voted dead after 2 s like any other; whoever saw the incarnation dead votes against it as soon as it reappears. Should it still run, it has
 * missed its beats for as long as it took a thousand others to die, and what others took over meanwhile is theirs by its token: every commit of
 * it is fenced.
 */
export const DEAD_ROWS_KEPT = 1000;

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
