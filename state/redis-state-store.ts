// RedisStateStore. Owns nothing but names: the truth is in Redis, each method is one script or one command on one hash slot (protocol.md §1, §2).
// With durability `replicated` no promise may rest on what a failover can take back:
//   D1. COMMIT, DESTROY and park are answered once a replica has them: callers are told that they happened. Of park that also holds when it was a
//       duplicate: then the sender forgets the message because of a commit that somebody else made.
//   D2. CLAIM and HANDOFF too: what the new owner says rests on all that it has loaded and on being the only one. Whoever reads under its token
//       later reads what was on the replica then, or what it has committed itself.
//   D3. The index of tags: who is in it is found again after a crash.
//   D4. RELEASE, and what refuses (FENCED, TAKEN, CONFLICT), is answered at once. A release that is lost leaves the token of an activation that its
//       silo does not know any more, which the next CLAIM takes over; a refusal promises nothing. The same for what only takes away what nobody
//       needs (SETTLE, FORGET, CLEAN): where it is lost, messages are sent again, and known again by their marks.
//   D5. What is in a dirty set, and that it is sealed: outboxes are found by it.
import type { ActorId } from '../protocol/actor-id.js';
import type {
  ClaimRequest, ClaimResult, CommitRequest, CommitResult, Holder, OperationRecord, OperationResult, StateStore, TaggedPage, TagStamp, TagState, Token,
} from '../protocol/ports/state-store.js';
import type { Logger } from '../protocol/ports/logger.js';
import { CommitGroups } from './commit-groups.js';
import type { Durability } from './durability.js';
import { GenesisCheck } from './genesis-check.js';
import type { RedisClient } from './redis-client.js';
import { RedisExecutor } from './redis-executor.js';
import { RedisKeys } from './redis-keys.js';
import { RedisMessageStore } from './redis-message-store.js';
import { readActorId, readBytes, readClaim, readList, readOperation, readText } from './redis-replies.js';
import { ReplicatedExecutor, type KeyedExecutor } from './replicated-executor.js';

const DESTROYED_KEPT_SECONDS = String(7 * 24 * 3600);
const TAG_PAGE = '500';

export interface RedisStateStoreOptions {
  /** The cluster's wire name: stores of different clusters share a Redis without meeting. */
  readonly cluster: string;
  /** Default `primary`. */
  readonly durability?: Durability | undefined;
  /** Is told when replicas do not keep up. */
  readonly log?: Pick<Logger, 'warn' | 'info'> | undefined;
}

/**
 * State in Redis. `client` must send commands again after a reconnect (`RedisConnection.scripts` does); it stays the caller's.
 * A method waits for as long as Redis is away and rejects with `LinkLostError` only when the client ends or the store stops.
 */
export class RedisStateStore extends RedisMessageStore implements StateStore {
  protected readonly executor: RedisExecutor;
  /** For what others rely on: D1 to D3, D5. */
  protected readonly kept: KeyedExecutor & { stop(): void };
  protected readonly keys: RedisKeys;
  private readonly genesis: GenesisCheck;
  private readonly commits: CommitGroups;

  constructor(client: RedisClient, { cluster, durability, log }: RedisStateStoreOptions) {
    super();
    this.executor = new RedisExecutor(client);
    this.kept = durability === 'replicated' ? new ReplicatedExecutor(this.executor, log) : this.executor;
    this.keys = new RedisKeys(cluster);
    this.genesis = new GenesisCheck(this.executor, this.keys.membership.genesis);
    this.commits = new CommitGroups(this.kept, this.keys, client.nodes !== undefined);
  }

  /**
   * The silo has joined the cluster of this genesis: from now on a claim that finds nothing saved rejects with `SiloUnavailableError` when the store
   * has been emptied since.
   */
  joined(genesis: string): void {
    this.genesis.expected = genesis;
  }

  async claim({ id, token, incarnation, expected = '' }: ClaimRequest): Promise<ClaimResult> {
    const { row, operations, outbox, inbox, reminders } = this.keys.actor(id);
    const result = readClaim(await this.kept.run('claim-actor', [row, operations, outbox, inbox, reminders], [token, incarnation, expected]));
    if (result.status === 'claimed' && result.version === 0) await this.genesis.confirm();
    return result;
  }

  commit(request: CommitRequest): Promise<CommitResult> {
    return this.commits.commit(request);
  }

  async release(id: ActorId, token: Token): Promise<boolean> {
    const { row, operations, outbox, inbox, reminders, sources, subscriptions } = this.keys.actor(id);
    const keys = [row, operations, outbox, inbox, reminders, sources, subscriptions];
    return (await this.executor.run('release-actor', keys, [token, DESTROYED_KEPT_SECONDS])) === 1;
  }

  async handOff(id: ActorId, token: Token, next: Holder): Promise<boolean> {
    return (await this.kept.run('hand-off-actor', [this.keys.row(id)], [token, next.token, next.incarnation])) === 1;
  }

  async destroy(id: ActorId, token: Token): Promise<boolean> {
    const { row, operations, outbox, inbox, reminders, unbound, earlierLives } = this.keys.actor(id);
    const keys = [row, operations, outbox, inbox, reminders, unbound, earlierLives];
    return (await this.runNaming(id, this.kept, 'destroy-actor', keys, [token, DESTROYED_KEPT_SECONDS])) === 1;
  }

  async lookup(id: ActorId): Promise<Holder | undefined> {
    const [token, incarnation] = readList(await this.executor.command('hmget', this.keys.row(id), 'n', 'inc'));
    return token === null ? undefined : { token: readText(token), incarnation: readText(incarnation) };
  }

  async operations(id: ActorId): Promise<readonly OperationRecord[]> {
    const flat = readList(await this.executor.run('list-operations', [this.keys.actor(id).operations], []));
    return pairs(flat).map(([field, record]) => readOperation(readText(field).slice(2), record));
  }

  async operationResult(id: ActorId, operationId: string): Promise<OperationResult | undefined> {
    const key = this.keys.actor(id).operations;
    const [record, result] = readList(await this.executor.command('hmget', key, `o:${operationId}`, `r:${operationId}`));
    if (record === null) return undefined;
    return { argumentsHash: readOperation(operationId, record).argumentsHash, result: readBytes(result) };
  }

  async reminders(id: ActorId): Promise<ReadonlyMap<string, Uint8Array>> {
    const flat = readList(await this.executor.run('read-hash', [this.keys.actor(id).reminders], []));
    return new Map(pairs(flat).map(([name, value]) => [readText(name), readBytes(value)]));
  }

  async indexTag(tag: string, id: ActorId, present: boolean, stamp?: TagStamp): Promise<void> {
    const args = [`${id.type}/${id.key}`, String(stamp?.version ?? (present ? 0 : '')), present ? (stamp?.by ?? '') : ''];
    await this.kept.run(present ? 'index-tag' : 'unindex-tag', [this.keys.tagOf(tag, id)], args);
  }

  async dropTag(tag: string, id: ActorId, mark: string): Promise<void> {
    await this.kept.run('unindex-tag', [this.keys.tagOf(tag, id)], [`${id.type}/${id.key}`, '', mark]);
  }

  /** `cursor` is `<shard>.<cursor of HSCAN>`; as with HSCAN an id may come twice. */
  async findTagged(tag: string, cursor = '0.0'): Promise<TaggedPage> {
    const [shard = '0', position = '0'] = cursor.split('.');
    const key = this.keys.tagShard(tag, Number(shard));
    if (key === undefined) return { ids: [], marks: [] };
    const [next, flat] = readList(await this.executor.command('hscan', key, position, 'COUNT', TAG_PAGE));
    const entries = pairs(readList(flat));
    const page = { ids: entries.map(([member]) => readActorId(readText(member))), marks: entries.map(([, mark]) => readText(mark)), part: shard };
    if (readText(next) !== '0') return { ...page, cursor: `${shard}.${readText(next)}` };
    const following = Number(shard) + 1;
    return { ...page, cursor: this.keys.tagShard(tag, following) === undefined ? undefined : `${following}.0` };
  }

  async tagState(id: ActorId, tag: string): Promise<TagState> {
    const [token, version, tagged] = readList(await this.executor.command('hmget', this.keys.row(id), 'n', 'v', `t:${tag}`));
    return { isTagged: tagged !== null, version: version === null ? 0 : Number(readText(version)), isHeld: token !== null };
  }

  /** Rejects what is under way and everything later. The client stays open. */
  stop(): Promise<void> {
    this.kept.stop();
    return Promise.resolve();
  }
}

function pairs(flat: readonly unknown[]): readonly (readonly [unknown, unknown])[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]] as const);
}
