// The Redis of one measuring program: a server of its own, one that is given, or a Redis Cluster of three masters.
import { Cluster } from 'ioredis';
import type { SiloOptions } from '../../silo/index.js';
import { TestRedisCluster } from '../../test/support/redis-cluster.js';
import { startOwnRedis } from '../../test/support/redis-server.js';

const CLUSTER = 'cluster:';

export interface BenchRedis extends AsyncDisposable {
  /** As an argument of another process, which `redisSource` reads. */
  readonly text: string;
}

/** `given`: a URL, or the word `cluster`. The caller ends what was started. */
export async function openBenchRedis(given: string | undefined): Promise<BenchRedis> {
  if (given === 'cluster') {
    const servers = await TestRedisCluster.start({ nodeTimeoutMs: 2000 });
    return { text: `${CLUSTER}${servers.startupNodes.map(({ port }) => port).join()}`, [Symbol.asyncDispose]: () => servers[Symbol.asyncDispose]() };
  }
  if (given !== undefined) return { text: given, [Symbol.asyncDispose]: () => Promise.resolve() };
  const own = await startOwnRedis();
  return { text: own.url, [Symbol.asyncDispose]: () => own.stop() };
}

/** What a silo is told. */
export function redisSource(text: string): NonNullable<SiloOptions['redis']> {
  if (!text.startsWith(CLUSTER)) return text;
  const nodes = text.slice(CLUSTER.length).split(',').map((port) => ({ host: '127.0.0.1', port: Number(port) }));
  return () => new Cluster(nodes, { lazyConnect: true });
}
