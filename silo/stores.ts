import { ConfigurationError } from '../protocol/errors/index.js';
import type { Clock, Logger, Membership, StateStore } from '../protocol/ports/index.js';
import { MemoryMembership } from '../state/memory-membership.js';
import { MemoryStateStore } from '../state/memory-state-store.js';
import { RedisConnection } from '../state/redis-connection.js';
import { RedisMembership } from '../state/redis-membership.js';
import { checkRedisSettings } from '../state/redis-settings.js';
import type { RedisSource } from '../state/redis-source.js';
import { RedisStateStore } from '../state/redis-state-store.js';
import type { ResolvedSiloOptions } from './silo-options.js';

/** What a silo keeps things in, and with whom. Open it first, close it last. */
export interface Stores {
  readonly store: StateStore;
  readonly membership: Membership;
  /** Random and the same for all silos of the cluster; proves resume tokens. */
  readonly genesis: string;
  close(): Promise<void>;
}

export interface StoresContext {
  readonly siloId: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Opens Redis or memory and joins the cluster. Throws `ConfigurationError` when Redis cannot be reached or another silo of the cluster
 * lives (until silos can link).
 */
export async function openStores(options: ResolvedSiloOptions, context: StoresContext): Promise<Stores> {
  if (options.redis === undefined) return openEmbedded(options, context);
  const source = options.redis instanceof URL ? options.redis.href : (options.redis as RedisSource);
  const connection = await RedisConnection.open(source, { clock: context.clock });
  try {
    for (const warning of await checkRedisSettings(connection.scripts)) context.log.warn(warning);
    const store = new RedisStateStore(connection.scripts, { cluster: options.cluster });
    const membership = new RedisMembership(connection, { cluster: options.cluster, siloId: context.siloId, address: addressOf(options), clock: context.clock });
    const genesis = await join(membership, options.cluster);
    return {
      store, membership, genesis,
      close: async () => {
        await membership.stop();
        await store.stop();
        connection.close();
      },
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function openEmbedded(options: ResolvedSiloOptions, context: StoresContext): Promise<Stores> {
  context.log.info('embedded: no Redis is configured; state lives in this process and ends with it');
  const membership = new MemoryMembership({ siloId: context.siloId, address: addressOf(options), clock: context.clock });
  const genesis = await join(membership, options.cluster);
  return { store: new MemoryStateStore(), membership, genesis, close: () => membership.stop() };
}

async function join(membership: Membership, cluster: string): Promise<string> {
  const joined = await membership.start();
  if (joined.status === 'joined') return joined.genesis;
  const { holder } = joined;
  throw new ConfigurationError(
    `cluster '${cluster}' has a living silo already: ${holder.siloId} (${holder.address}, since ${new Date(holder.startedAt).toISOString()}); ` +
    'this version runs one silo per cluster: stop it, or choose another name with the option cluster',
  );
}

function addressOf({ listen }: ResolvedSiloOptions): string {
  return `ws://${listen.host}:${listen.port}`;
}
