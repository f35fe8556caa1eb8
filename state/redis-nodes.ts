import { Command } from 'ioredis';
import type { RedisClient } from './redis-client.js';

/** The master of a key's slot, as the Cluster knows it now; `undefined` when it knows none. */
export function nodeOf(cluster: RedisClient, key: string): RedisClient | undefined {
  const slot = new Command('get', [key]).getSlot();
  const address = slot === null ? undefined : cluster.slots?.[slot]?.[0];
  return address === undefined ? undefined : nodeAt(cluster, address);
}

/** The node at `host:port`, if the Cluster is connected to it. */
export function nodeAt(cluster: RedisClient, address: string): RedisClient | undefined {
  return cluster.nodes?.().find(({ options: { host, port } }) => `${host}:${port}` === address);
}
