// One master, one replica and a Sentinel that watches them, for tests; behind the guards of redis-server.ts.
import { Redis, type RedisOptions } from 'ioredis';
import { phase } from '../state/phase.js';
import { startOwnRedis, type OwnRedis } from './redis-server.js';

const NAME = 'main';
const HOST = '127.0.0.1';

/** Dispose it (`await using`) or `stop` it. */
export class TestRedisSentinel implements AsyncDisposable {
  private constructor(private readonly servers: readonly OwnRedis[], private readonly sentinel: OwnRedis, private readonly admin: Redis) {}

  /** Resolves when the replica follows the master and the Sentinel knows it. */
  static async start(): Promise<TestRedisSentinel> {
    const master = await startOwnRedis();
    const replica = await startOwnRedis({ settings: { replicaof: `${HOST} ${master.port}`, 'repl-diskless-sync-delay': '0' } });
    // Asks the master for its replicas at once, and then every 10 s only: the replica has to be ready before.
    await phase('the replica follows', async () => (await replicationOf(replica)).includes('master_link_status:up'));
    const sentinel = await startOwnRedis({
      sentinel: [`sentinel monitor ${NAME} ${HOST} ${master.port} 1`, `sentinel down-after-milliseconds ${NAME} 1000`, `sentinel failover-timeout ${NAME} 5000`],
    });
    const redis = new TestRedisSentinel([master, replica], sentinel, new Redis(sentinel.url));
    await phase('the Sentinel knows the replica', async () => String(await redis.admin.call('sentinel', 'replicas', NAME)).includes('master-link-status,ok'));
    return redis;
  }

  /** As in `startSilo({ redis })`. */
  get source(): RedisOptions {
    return { sentinels: [{ host: HOST, port: this.sentinel.port }], name: NAME };
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await Promise.all([this.sentinel, ...this.servers].map((server) => server.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

async function replicationOf(server: OwnRedis): Promise<string> {
  const client = new Redis(server.url);
  try {
    return await client.info('replication');
  } finally {
    client.disconnect();
  }
}
