import { openDeliveryQueues } from '../events/open-delivery-queues.js';
import type { Clock, DeliveryQueues, Logger, Membership, StateStore } from '../protocol/ports/index.js';
import type { MessageRecords } from '../protocol/ports/message-records.js';
import { MemoryMembership } from '../state/memory-membership.js';
import { MemoryStateStore } from '../state/memory-state-store.js';
import { RedisConnection } from '../state/redis-connection.js';
import { RedisMembership } from '../state/redis-membership.js';
import type { MembershipOptions } from '../state/leased-membership.js';
import { checkRedisSettings, checkReplicas } from '../state/redis-settings.js';
import type { RedisSource } from '../state/redis-source.js';
import { RedisMessageRecords } from '../state/redis-message-records.js';
import { RedisStateStore } from '../state/redis-state-store.js';
import type { ResolvedSiloOptions } from './silo-options.js';

/** What a silo keeps things in, and with whom. Open it first, close it last. */
export interface Stores {
  readonly store: StateStore;
  readonly membership: Membership;
  /** Where messages wait; absent: in memory. */
  readonly queues?: DeliveryQueues;
  readonly records?: MessageRecords;
  /** Other silos can share them. */
  readonly isShared: boolean;
  /** What `membership.start` found: a store that is emptied later is noticed by it. */
  joined(cluster: { readonly genesis: string }): void;
  close(): Promise<void>;
}

export interface StoresContext {
  readonly siloId: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** What this silo tells the others of itself. */
  readonly self: Pick<MembershipOptions, 'address' | 'types' | 'labels' | 'load' | 'gateway'>;
}

/** Opens Redis or memory; `membership.start` joins the cluster. Throws `ConfigurationError` when Redis cannot be reached. */
export async function openStores(options: ResolvedSiloOptions, context: StoresContext): Promise<Stores> {
  const { siloId, clock, log } = context;
  const about = { siloId, clock, ...context.self };
  if (options.redis === undefined) {
    log.info('embedded: no Redis is configured; state lives in this process and ends with it');
    const membership = new MemoryMembership(about);
    return { store: new MemoryStateStore(), membership, isShared: false, joined: () => undefined, close: () => membership.stop() };
  }
  const source = options.redis instanceof URL ? options.redis.href : (options.redis as RedisSource);
  const connection = await RedisConnection.open(source, { clock });
  const { cluster, durability } = options;
  let queues: DeliveryQueues;
  try {
    for (const warning of await checkRedisSettings(connection.scripts)) log.warn(warning);
    if (durability === 'replicated') await checkReplicas(connection.scripts, connection.address);
    queues = await openDeliveryQueues({ source, cluster, clock, log, durability });
  } catch (error) {
    connection.close();
    throw error;
  }
  const store = new RedisStateStore(connection.scripts, { cluster, durability, log });
  const records = new RedisMessageRecords(connection.scripts, { cluster, durability, log });
  const onLease = (isValid: boolean): void => {
    if (isValid) log.info('Redis answers again in time: calls are taken again');
    else log.warn({ redis: connection.address }, 'Redis has not answered in time, the lease ended: calls are refused until it does');
  };
  const membership = new RedisMembership(connection, { ...about, cluster, durability, onLease, thread: { source, log } });
  return {
    store, membership, queues, records, isShared: true,
    joined: ({ genesis }) => store.joined(genesis),
    close: async () => {
      await membership.stop();
      await queues.stop();
      await records.stop();
      await store.stop();
      connection.close();
    },
  };
}
