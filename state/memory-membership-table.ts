import type { Clock } from '../protocol/ports/clock.js';
import type { Member } from '../protocol/ports/membership.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import type { Accusation, BeatAnswer, Joiner, JoinAnswer, JoinRequest, MembershipTable } from './membership-table.js';

const DEAD_ROWS_KEPT_MS = 7 * 24 * 3_600_000;

interface MemberRow extends Joiner {
  heartbeat: number;
  readonly votes: Set<Incarnation>;
  /** On `Clock.now()`; P4: never unset. */
  deadSince: number | undefined;
}

/** The memory twin of `RedisMembershipTable`. Silos of one process that share it are one cluster. */
export class MemoryMembershipTable implements MembershipTable {
  private readonly rows = new Map<Incarnation, MemberRow>();
  private genesis: string | undefined;
  private epoch = 0;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  join({ joiner, newGenesis, partitions, isExclusive }: JoinRequest): Promise<JoinAnswer> {
    const mine = this.rows.get(joiner.incarnation);
    if (mine && mine.deadSince !== undefined) return Promise.resolve({ status: 'dead' });
    const genesis = this.genesis ?? `${newGenesis} ${partitions}`;
    const found = genesis.slice(genesis.indexOf(' ') + 1);
    if (found !== String(partitions)) return Promise.resolve({ status: 'partitions', found });
    for (const row of this.rows.values()) {
      if (isExclusive && row !== mine && row.deadSince === undefined) {
        return Promise.resolve({ status: 'held', holder: toMember(row), heartbeat: String(row.heartbeat) });
      }
      if (row.deadSince !== undefined && row.deadSince + DEAD_ROWS_KEPT_MS < this.clock.now()) this.rows.delete(row.incarnation);
    }
    this.genesis = genesis;
    if (!mine) {
      this.rows.set(joiner.incarnation, { ...joiner, heartbeat: 0, votes: new Set(), deadSince: undefined });
      this.epoch += 1;
    }
    return Promise.resolve({ status: 'joined', genesis, epoch: this.epoch });
  }

  beat(incarnation: Incarnation, genesis: string): Promise<BeatAnswer> {
    if (this.genesis !== genesis) return Promise.resolve({ status: 'genesis', found: this.genesis });
    const row = this.findUp(incarnation);
    if (!row) return Promise.resolve({ status: 'dead' });
    row.heartbeat += 1;
    return Promise.resolve({ status: 'ok', epoch: this.epoch });
  }

  kill({ victim, heartbeat, accuser, votesNeeded }: Accusation): Promise<'dead' | 'alive' | 'voted'> {
    const row = this.findUp(victim);
    if (!row) return Promise.resolve('dead');
    if (String(row.heartbeat) !== heartbeat) {
      row.votes.clear();
      return Promise.resolve('alive');
    }
    row.votes.add(accuser);
    if (row.votes.size < votesNeeded) return Promise.resolve('voted');
    this.bury(row);
    return Promise.resolve('dead');
  }

  leave(incarnation: Incarnation): Promise<void> {
    const row = this.findUp(incarnation);
    if (row) this.bury(row);
    return Promise.resolve();
  }

  heartbeat(incarnation: Incarnation): Promise<string | undefined> {
    const row = this.findUp(incarnation);
    return Promise.resolve(row && String(row.heartbeat));
  }

  members(): Promise<readonly Member[]> {
    return Promise.resolve([...this.rows.values()].map(toMember));
  }

  /** Forgets everything, as an emptied Redis does: whoever is up learns that this is not the store it joined. */
  clear(): void {
    this.rows.clear();
    this.genesis = undefined;
    this.epoch = 0;
  }

  abandonBeat(): void {}

  close(): void {}

  private findUp(incarnation: Incarnation): MemberRow | undefined {
    const row = this.rows.get(incarnation);
    return row?.deadSince === undefined ? row : undefined;
  }

  private bury(row: MemberRow): void {
    row.votes.clear();
    row.deadSince = this.clock.now();
    this.epoch += 1;
  }
}

function toMember({ siloId, incarnation, address, startedAt, deadSince }: MemberRow): Member {
  return { siloId, incarnation, address, startedAt, status: deadSince === undefined ? 'up' : 'dead' };
}
