import type { Clock } from '../protocol/ports/clock.js';
import type { Member, SiloLoad } from '../protocol/ports/membership.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import { DEAD_ROWS_KEPT, DEAD_ROWS_KEPT_MS, type Accusation, type BeatAnswer, type Joiner, type JoinAnswer, type JoinRequest, type MembersSeen, type MembershipTable } from './membership-table.js';

interface MemberRow extends Joiner {
  heartbeat: number;
  load: SiloLoad | undefined;
  /** By accuser: the counter that it saw standing still. */
  readonly votes: Map<Incarnation, string>;
  /** On `Clock.now()`; P4: never unset. */
  deadSince: number | undefined;
}

/** The memory twin of `RedisMembershipTable`. Silos of one process that share it are one cluster. */
export class MemoryMembershipTable implements MembershipTable {
  private readonly rows = new Map<Incarnation, MemberRow>();
  private genesis: string | undefined;
  private epoch = 0;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  join({ joiner, newGenesis, partitions }: JoinRequest): Promise<JoinAnswer> {
    const mine = this.rows.get(joiner.incarnation);
    if (mine && mine.deadSince !== undefined) return Promise.resolve({ status: 'dead' });
    const genesis = this.genesis ?? `${newGenesis} ${partitions}`;
    const found = genesis.slice(genesis.indexOf(' ') + 1);
    if (found !== String(partitions)) return Promise.resolve({ status: 'partitions', found });
    this.forgetDead();
    this.genesis = genesis;
    if (!mine) {
      this.rows.set(joiner.incarnation, { ...joiner, heartbeat: 0, load: undefined, votes: new Map(), deadSince: undefined });
      this.epoch += 1;
    }
    return Promise.resolve({ status: 'joined', genesis, epoch: this.epoch });
  }

  beat(incarnation: Incarnation, genesis: string, load?: SiloLoad): Promise<BeatAnswer> {
    if (this.genesis !== genesis) return Promise.resolve({ status: 'genesis', found: this.genesis });
    const row = this.findUp(incarnation);
    if (!row) return Promise.resolve({ status: 'dead' });
    row.heartbeat += 1;
    row.load = load ?? row.load;
    return Promise.resolve({ status: 'ok', epoch: this.epoch });
  }

  kill({ victim, heartbeat, accuser, votesNeeded }: Accusation): Promise<'dead' | 'alive' | 'voted'> {
    const row = this.findUp(victim);
    if (!row) return Promise.resolve('dead');
    if (String(row.heartbeat) !== heartbeat) {
      row.votes.clear();
      return Promise.resolve('alive');
    }
    row.votes.set(accuser, heartbeat);
    if ([...row.votes.values()].filter((counter) => counter === heartbeat).length < votesNeeded) return Promise.resolve('voted');
    this.bury(row);
    return Promise.resolve('dead');
  }

  leave(incarnation: Incarnation): Promise<void> {
    const row = this.findUp(incarnation);
    if (row) this.bury(row);
    return Promise.resolve();
  }

  look(): Promise<MembersSeen> {
    const up = [...this.rows.values()].filter(({ deadSince }) => deadSince === undefined);
    return Promise.resolve({ epoch: this.epoch, up: up.map((row) => ({ member: toMember(row), heartbeat: String(row.heartbeat) })) });
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

  private forgetDead(): void {
    const dead = [...this.rows.values()].flatMap(({ incarnation, deadSince }) => (deadSince === undefined ? [] : [{ incarnation, deadSince }]));
    dead.sort((a, b) => b.deadSince - a.deadSince || (a.incarnation > b.incarnation ? -1 : 1));
    for (const [i, { incarnation, deadSince }] of dead.entries()) {
      if (i >= DEAD_ROWS_KEPT || deadSince + DEAD_ROWS_KEPT_MS < this.clock.now()) this.rows.delete(incarnation);
    }
  }

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

function toMember({ siloId, incarnation, address, startedAt, labels, types, gateway, load, deadSince }: MemberRow): Member {
  const told = gateway === undefined ? undefined : { gateway };
  const member = { siloId, incarnation, address, startedAt, labels, types, ...told, status: deadSince === undefined ? 'up' : 'dead' } as const;
  return load ? { ...member, load } : member;
}
