// What kinds of Redis a fleet can share, and how its silos are told of it: by a URL, or by a module of options where a URL cannot say it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, Redis } from 'ioredis';
import type { SiloOptions } from '../../silo/index.js';
import { TestRedisCluster } from '../../test/support/redis-cluster.js';
import { TestRedisSentinel } from '../../test/support/redis-sentinel.js';

/** The Redis of one fleet. */
export interface FleetRedis {
  /** For a silo of this process. */
  readonly source: SiloOptions['redis'];
  /** For a process of the bin. */
  readonly flags: readonly string[];
  /** A client that reads what is kept; the caller's. */
  connect(): Redis | Cluster;
}

/** One server, by its URL. */
export function byUrl(url: string): FleetRedis {
  return { source: url, flags: ['--redis', url], connect: () => new Redis(url) };
}

/** A kind of Redis that only a module of options can name. Owns its servers and the folder of that module. */
export class DescribedRedis<Servers extends AsyncDisposable> implements FleetRedis, AsyncDisposable {
  readonly flags: readonly string[];

  private constructor(readonly servers: Servers, readonly source: SiloOptions['redis'], readonly connect: () => Redis | Cluster, private readonly folder: string) {
    this.flags = ['--config', join(folder, 'redis.mjs')];
  }

  /** A primary with one replica, and a Sentinel. */
  static async sentinel(): Promise<DescribedRedis<TestRedisSentinel>> {
    const servers = await TestRedisSentinel.start();
    const { source } = servers;
    return DescribedRedis.describe(servers, source, () => new Redis(source), `export default { redis: ${JSON.stringify(source)} };`);
  }

  /** Three masters, each with a replica. */
  static async cluster(): Promise<DescribedRedis<TestRedisCluster>> {
    const servers = await TestRedisCluster.start({ nodeTimeoutMs: 2000 });
    const nodes = servers.startupNodes;
    const text = `import { Cluster } from ${JSON.stringify(import.meta.resolve('ioredis'))};
export default { redis: () => new Cluster(${JSON.stringify(nodes)}, { lazyConnect: true, slotsRefreshInterval: 1000 }) };`;
    return DescribedRedis.describe(servers, new Cluster(nodes, { lazyConnect: true }), () => new Cluster(nodes), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.servers[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  private static async describe<Servers extends AsyncDisposable>(
    servers: Servers, source: SiloOptions['redis'], connect: () => Redis | Cluster, module: string,
  ): Promise<DescribedRedis<Servers>> {
    const folder = await mkdtemp(join(tmpdir(), 'troupe-fleet-'));
    await writeFile(join(folder, 'redis.mjs'), module);
    return new DescribedRedis(servers, source, connect, folder);
  }
}
