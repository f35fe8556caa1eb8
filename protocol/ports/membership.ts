import type { Incarnation } from './state-store.js';

/** A silo as the members see it. */
export interface Member {
  readonly siloId: string;
  readonly incarnation: Incarnation;
  readonly address: string;
  readonly status: 'up' | 'dead';
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export type JoinResult =
  | { readonly status: 'joined'; readonly genesis: string }
  /** Another silo of this cluster lives and the cluster takes one (until links land). */
  | { readonly status: 'refused'; readonly holder: Member };

/**
 * Who is in the cluster. P4: dead is final. `start` joins and begins to beat; `isValid` is false from the instant the lease
 * (last successful beat's send instant + lease) is over: nothing may be answered then (self-fencing).
 */
export interface Membership {
  readonly incarnation: Incarnation;
  start(): Promise<JoinResult>;
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
  members(): Promise<readonly Member[]>;
  /** Called once when this silo learns that it was declared dead, or that the store is another one than it joined. */
  onFenced(listener: (reason: string) => void): void;
}
