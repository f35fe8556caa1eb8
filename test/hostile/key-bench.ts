// A silo's runtime on a given store with a real gateway: what hostile keys pass through, from a client's socket to the store and back.
import { randomUUID } from 'node:crypto';
import { SystemClock } from '../../protocol/system-clock.js';
import type { StateStore } from '../../protocol/ports/index.js';
import { openGateway } from '../../silo/gateway/open-gateway.js';
import { resolveGatewayOptions } from '../../silo/options/gateway-options.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { memorySilo, type TestSilo } from '../support/memory-silo.js';
import { acquireRedis } from '../support/redis-server.js';
import { Chest } from './chest.js';

/** A store that outlives silos. */
export interface KeyStore {
  readonly store: StateStore;
  readonly cluster: string;
  /** All keys of the whole Redis; none in memory. */
  keys(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** One silo's life on the store. */
export interface KeySilo extends TestSilo {
  readonly address: string;
  stop(): Promise<void>;
}

/** Stores to try, by name. */
export const KEY_STORES: Readonly<Record<string, () => Promise<KeyStore>>> = {
  'in memory': () => Promise.resolve({ store: new MemoryStateStore(new SystemClock()), cluster: '', keys: () => Promise.resolve([]), close: () => Promise.resolve() }),
  'on Redis': openRedisStore,
};

/** Starts a silo; the token is the identity's id. */
export async function keySilo(store: StateStore): Promise<KeySilo> {
  const silo = memorySilo([Chest], { store });
  const authenticate = ({ token }: { token?: string }): object => ({ id: token });
  const limits = { callsPerSecond: 1_000_000, inFlight: 10_000 };
  const options = resolveGatewayOptions({ port: 0, session: 'hostile', limits, authenticate }, 'gateway');
  const { runtime, log } = silo;
  const gateway = await openGateway(options, { backend: runtime.backend, codec: runtime.codec, clock: new SystemClock(), log, resumeSecret: 'secret' });
  return { ...silo, address: gateway.address, stop: async () => (await gateway.stop(), runtime.stop()) };
}

async function openRedisStore(): Promise<KeyStore> {
  const redis = await acquireRedis();
  const connection = await RedisConnection.open(redis.url);
  const cluster = `t-${randomUUID()}`;
  const store = new RedisStateStore(connection.scripts, { cluster });
  const keys = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    let cursor = '0';
    do {
      const [next, page] = (await connection.scripts.callBuffer('scan', cursor, 'COUNT', '1000')) as [Buffer, Buffer[]];
      found.push(...page.map((key) => key.toString('latin1')));
      cursor = next.toString();
    } while (cursor !== '0');
    return [...new Set(found)];
  };
  return { store, cluster, keys, close: async () => (await store.stop(), connection.close(), redis.stop()) };
}
