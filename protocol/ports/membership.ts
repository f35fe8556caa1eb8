import type { Incarnation } from './state-store.js';

/** A silo that was up at an instant: what a vote against it has to be given for. */
export interface Sighting {
  readonly incarnation: Incarnation;
  /** Its counter then. */
  readonly heartbeat: string;
  /** Which lease the one who looked had then. */
  readonly term: number;
}

/** A silo as the members see it. */
export interface Member {
  readonly siloId: string;
  readonly incarnation: Incarnation;
  /** Where other silos reach it. */
  readonly address: string;
  readonly status: 'up' | 'dead';
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The actor types that it hosts, with their versions (empty without one), and its services as `service:<name>`, with how many turns of each it takes at once. */
  readonly types: Readonly<Record<string, string>>;
  /** Where clients reach its gateway; absent: it has none, or none that clients can be told. */
  readonly gateway?: string | undefined;
  /** As of one of its last beats; absent before the first. */
  readonly load?: SiloLoad | undefined;
}

/** How busy a silo is. */
export interface SiloLoad {
  /** Share of one core, 0 to 1 (and more with threads). */
  readonly cpu: number;
  /** Share of its memory limit, 0 to 1. */
  readonly memory: number;
  /** Active actors. */
  readonly activations: number;
  /** How many it takes; absent: no limit. */
  readonly capacity?: number | undefined;
}

/** Who came and went between two looks at the table. */
export interface MemberChange {
  readonly joined: readonly Member[];
  readonly dead: readonly Member[];
}

/**
 * Who is in the cluster. P4: dead is final. `start` joins and begins to beat; `isValid` is false from the instant the lease
 * (last successful beat's send instant + lease) is over: nothing may be answered then (self-fencing).
 */
export interface Membership {
  readonly incarnation: Incarnation;
  /** Joins. Resolves with what is random and the same for all silos of the cluster. */
  start(): Promise<{ readonly genesis: string }>;
  /** Leaves (this incarnation is dead from now on) and stops beating. Idempotent. */
  stop(): Promise<void>;
  readonly isValid: boolean;
  /** As `isValid`, by a reading of the monotonic clock that was just taken. */
  isValidAt(monotonicMs: number): boolean;
  /**
   * As `isValid`, by the wall clock alone, for accepting calls: one cheap reading. A wall clock that was set back can make it true too long,
   * which the check before the reply notices.
   */
  readonly mayAccept: boolean;
  /** When (monotonic) the lease ends, as of now. Enough for the reply of a call that `mayAccept` let in in the same stack. */
  readonly validUntilMs: number;
  /** All silos that the table knows, the dead of the last 7 days included: asks the table. */
  members(): Promise<readonly Member[]>;
  /** The other silos that are up, as of the last look (at most a beat ago while the table answers). No I/O. */
  readonly peers: readonly Member[];
  /** What is known of an incarnation; `unknown`: it may have joined since the last look. No I/O. */
  statusOf(incarnation: Incarnation): 'up' | 'dead' | 'unknown';
  /** Looks at the table now. */
  refresh(): Promise<void>;
  /** Looks at the table for one silo; `undefined`: it is not up, or this silo has no lease, or the table does not answer. */
  sight(incarnation: Incarnation): Promise<Sighting | undefined>;
  /**
   * Nobody listened where that silo should be, as was found after the sighting: a vote for its death, void if it has beaten since. Two votes
   * are a death. Resolves when the vote is in, or could not be given.
   */
  suspect(sighting: Sighting): Promise<void>;
  /** Its process has ended, as somebody saw who cannot be wrong: it is dead at once. */
  declareDead(incarnation: Incarnation): Promise<void>;
  /** Returns what ends it. */
  onChange(listener: (change: MemberChange) => void): () => void;
  /** Called once when this silo learns that it was declared dead, or that the store is another one than it joined. */
  onFenced(listener: (reason: string) => void): void;
}
