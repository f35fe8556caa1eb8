import type { Clock } from '../protocol/ports/clock.js';
import type { Member, SiloLoad } from '../protocol/ports/membership.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import type { Durability } from './durability.js';
import { readMember, writeRecord } from './member-records.js';
import { DEAD_ROWS_KEPT, DEAD_ROWS_KEPT_MS, type Accusation, type BeatAnswer, type JoinAnswer, type JoinRequest, type MembersSeen, type MembershipTable } from './membership-table.js';
import { RedisBeats } from './redis-beats.js';
import type { RedisClient } from './redis-client.js';
import { RedisExecutor } from './redis-executor.js';
import { RedisKeys } from './redis-keys.js';
import { readList, readText } from './redis-replies.js';
import { ReplicatedExecutor, type KeyedExecutor } from './replicated-executor.js';

/** The two connections of a silo; `RedisConnection` is one such pair. */
export interface MembershipClients {
  readonly scripts: RedisClient;
  /** Fails fast; nothing else runs on it. */
  readonly heartbeats: RedisClient;
}

/**
 * `{C/m}:*` of protocol.md §1. The clients stay the caller's. With durability `replicated` a JOIN is answered once a replica has it: a failover
 * throws nobody out who serves. KILL is not waited for: whoever saw a silo dead says it again when a failover has lost it (MemberView, V3).
 */
export class RedisMembershipTable implements MembershipTable {
  private readonly scripts: RedisExecutor;
  private readonly kept: KeyedExecutor & { stop(): void };
  private readonly beats: RedisBeats;
  private readonly keys: RedisKeys['membership'];

  constructor(clients: MembershipClients, cluster: string, private readonly clock: Pick<Clock, 'now'>, durability: Durability = 'primary') {
    this.scripts = new RedisExecutor(clients.scripts);
    this.kept = durability === 'replicated' ? new ReplicatedExecutor(this.scripts) : this.scripts;
    this.beats = new RedisBeats(clients.heartbeats, cluster);
    this.keys = new RedisKeys(cluster).membership;
  }

  async join({ joiner, newGenesis, partitions }: JoinRequest): Promise<JoinAnswer> {
    const { silos, heartbeats, addresses, epoch, genesis } = this.keys;
    const args = [joiner.incarnation, writeRecord(joiner), newGenesis, String(partitions), String(this.clock.now()), String(DEAD_ROWS_KEPT_MS), String(DEAD_ROWS_KEPT)];
    const [status, ...rest] = readList(await this.kept.run('join-cluster', [silos, heartbeats, addresses, epoch, genesis], args)).map(readText);
    switch (status) {
      case 'JOINED': return { status: 'joined', epoch: Number(rest[0]), genesis: rest[1]! };
      case 'PARTITIONS': return { status: 'partitions', found: rest[0]! };
      default: return { status: 'dead' };
    }
  }

  beat(incarnation: Incarnation, genesis: string, load?: SiloLoad): Promise<BeatAnswer> {
    return this.beats.beat(incarnation, genesis, load);
  }

  async kill({ victim, heartbeat, accuser, votesNeeded }: Accusation): Promise<'dead' | 'alive' | 'voted'> {
    const keys = [this.keys.silos, this.keys.heartbeats, this.keys.epoch, this.keys.votes(victim)];
    const args = [victim, heartbeat, accuser, String(votesNeeded), String(this.clock.now())];
    const answer = readText(await this.scripts.run('kill-silo', keys, args));
    return answer === 'DEAD' ? 'dead' : answer === 'ALIVE' ? 'alive' : 'voted';
  }

  async leave(incarnation: Incarnation): Promise<void> {
    const keys = [this.keys.silos, this.keys.epoch, this.keys.votes(incarnation)];
    await this.scripts.run('leave-cluster', keys, [incarnation, String(this.clock.now())]);
  }

  async look(): Promise<MembersSeen> {
    const { silos, heartbeats, addresses, epoch } = this.keys;
    const [seenEpoch, ...rest] = readList(await this.scripts.run('read-members', [silos, heartbeats, addresses, epoch], [])).map(readText);
    const up = Array.from({ length: rest.length / 4 }, (_, i) => {
      const [incarnation, heartbeat, record, load] = rest.slice(4 * i, 4 * i + 4) as [string, string, string, string];
      return { member: readMember(incarnation, 'up', record, load), heartbeat };
    });
    return { epoch: Number(seenEpoch), up };
  }

  async members(): Promise<readonly Member[]> {
    const { silos, addresses } = this.keys;
    const [statuses, records] = await Promise.all([this.scripts.run('read-hash', [silos], []), this.scripts.run('read-hash', [addresses], [])]);
    const recordOf = toMap(records);
    return [...toMap(statuses)].map(([incarnation, status]) =>
      readMember(incarnation, status === 'up' ? 'up' : 'dead', recordOf.get(incarnation) ?? '{}', recordOf.get(`~${incarnation}`)));
  }

  abandonBeat(): void {
    this.beats.abandon();
  }

  close(): void {
    this.kept.stop();
    this.beats.stop();
  }
}

function toMap(flat: unknown): Map<string, string> {
  const texts = readList(flat).map(readText);
  return new Map(Array.from({ length: texts.length / 2 }, (_, i) => [texts[2 * i]!, texts[2 * i + 1]!]));
}
