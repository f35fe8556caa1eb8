import type { Clock } from '../protocol/ports/clock.js';
import type { SiloLoad } from '../protocol/ports/membership.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import type { Lease } from './lease.js';
import type { BeatAnswer, MembershipTable } from './membership-table.js';

/** An answer after which there is nothing left to beat for. */
export type LastAnswer = Exclude<BeatAnswer, { readonly status: 'ok' }>;

/** What a heartbeat is made of. */
export interface HeartbeatParts {
  readonly incarnation: Incarnation;
  readonly clock: Clock;
  readonly table: Pick<MembershipTable, 'beat' | 'abandonBeat'>;
  /** Renewed by every answered beat. */
  readonly lease: Lease;
  readonly periodMs: number;
  /** How long a beat may go unanswered before its connection is dropped. */
  readonly timeoutMs: number;
  readonly leaseMs: number;
  readonly load?: (() => SiloLoad) | undefined;
  /** Called by the main loop once in a period, before its beat. */
  readonly onTick: () => void;
  /** Called at most once, and not after `stop`. */
  readonly onEnd: (answer: LastAnswer) => void;
}

/** Keeps one incarnation's counter moving and its lease renewed. */
export interface Heartbeat {
  /** Once, after the join that found `genesis`. */
  start(genesis: string): void;
  /** Ends the beats at once; resolves when all that they ran on is gone, rejects never. Idempotent. */
  stop(): Promise<void>;
}
