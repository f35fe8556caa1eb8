import { randomBytes } from 'node:crypto';
import type { Clock } from '../../protocol/ports/index.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { RedisMembership } from '../../state/redis-membership.js';
import { RedisMembershipTable } from '../../state/redis-membership-table.js';
import type { RedisSource } from '../../state/redis-source.js';
import { acquireRedis } from '../support/redis-server.js';
import type { ClusterUnderTest } from './contract/membership-bench.js';

/** A connection to the tests' Redis with a cluster name that nobody else uses; `dispose` deletes its keys. */
export class RedisBench {
  private constructor(
    readonly connection: RedisConnection,
    readonly cluster: string,
    readonly url: string,
    private readonly release: () => Promise<void>,
  ) {}

  static async open(source?: RedisSource): Promise<RedisBench> {
    const redis = await acquireRedis();
    const connection = await RedisConnection.open(source ?? redis.url);
    return new RedisBench(connection, uniqueCluster(), redis.url, () => redis.stop());
  }

  /** Every key of the cluster, or of those that hold `part`. */
  keys(part = ''): Promise<readonly string[]> {
    return scanKeys(this.connection, this.cluster).then((keys) => keys.filter((key) => key.includes(part)));
  }

  async ask(command: string, ...args: string[]): Promise<string> {
    return String(await this.connection.scripts.callBuffer(command, ...args));
  }

  async dispose(): Promise<void> {
    for (const key of await this.keys()) await this.connection.scripts.callBuffer('del', key);
    this.connection.close();
    await this.release();
  }
}

/** A cluster of its own for the membership contract, over a connection that ends with it. */
export function clusterOver(connection: RedisConnection, clock: Clock): ClusterUnderTest {
  const cluster = uniqueCluster();
  const table = new RedisMembershipTable(connection, cluster, clock);
  return {
    table,
    open: (options) => new RedisMembership(connection, { ...options, cluster }),
    wipe: async () => {
      const { silos, heartbeats, addresses, epoch, genesis } = new RedisKeys(cluster).membership;
      await connection.scripts.callBuffer('del', silos, heartbeats, addresses, epoch, genesis);
    },
    dispose: async () => {
      table.close();
      connection.close();
    },
  };
}

/** A cluster name for one test. */
export function uniqueCluster(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}

async function scanKeys(connection: RedisConnection, cluster: string): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = (await connection.scripts.callBuffer('scan', cursor, 'MATCH', `*{${cluster}/*`, 'COUNT', '1000')) as [Buffer, Buffer[]];
    for (const key of keys) found.add(key.toString());
    cursor = next.toString();
  } while (cursor !== '0');
  return [...found].sort();
}

/** Closes a client or connection at the end of its block (`using`). */
export function closing<T extends { disconnect(): void } | { close(): void }>(resource: T): T & Disposable {
  return Object.assign(resource, { [Symbol.dispose]: () => ('close' in resource ? resource.close() : resource.disconnect()) });
}
