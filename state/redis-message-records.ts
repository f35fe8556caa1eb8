import type { MessageRecords } from '../protocol/ports/message-records.js';
import { RedisBroadcastTrackers } from './redis-broadcast-trackers.js';
import { RedisCallJournal } from './redis-call-journal.js';
import { RedisChainEnds } from './redis-chain-ends.js';
import type { RedisClient } from './redis-client.js';
import { RedisDeadLetters } from './redis-dead-letters.js';
import { RedisExecutor } from './redis-executor.js';
import { RedisKeys } from './redis-keys.js';
import type { RedisStateStoreOptions } from './redis-state-store.js';
import { ReplicatedExecutor } from './replicated-executor.js';

/** Records about messages in Redis. As `RedisStateStore`: `client` must send commands again after a reconnect, and stays the caller's. */
export class RedisMessageRecords implements MessageRecords {
  readonly deadLetters: RedisDeadLetters;
  readonly broadcasts: RedisBroadcastTrackers;
  readonly journal: RedisCallJournal;
  readonly chainEnds: RedisChainEnds;
  private readonly kept: { stop(): void };

  constructor(client: RedisClient, { cluster, durability, log }: RedisStateStoreOptions) {
    const executor = new RedisExecutor(client);
    const kept = durability === 'replicated' ? new ReplicatedExecutor(executor, log) : executor;
    const keys = new RedisKeys(cluster);
    this.deadLetters = new RedisDeadLetters(executor, kept, keys);
    this.broadcasts = new RedisBroadcastTrackers(executor, kept, keys);
    this.journal = new RedisCallJournal(executor, kept, keys);
    this.chainEnds = new RedisChainEnds(executor, kept, keys);
    this.kept = kept;
  }

  /** Rejects what is under way and everything later. The client stays open. */
  stop(): Promise<void> {
    this.kept.stop();
    return Promise.resolve();
  }
}
