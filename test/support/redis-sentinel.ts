// A master, replicas of it and a Sentinel that watches them, for tests; behind the guards of redis-server.ts.
import type { RedisOptions } from 'ioredis';
import { LOOPBACK, QUICK_REPLICA, reached, RedisNode } from './redis-node.js';

const NAME = 'main';

/** Dispose it (`await using`) or `stop` it. */
export class TestRedisSentinel implements AsyncDisposable {
  private constructor(readonly servers: readonly RedisNode[], private readonly sentinel: RedisNode) {}

  /** Resolves when the replicas follow the master and the Sentinel knows them. */
  static async start(replicas = 1): Promise<TestRedisSentinel> {
    const master = await RedisNode.launch({ settings: QUICK_REPLICA });
    const followers = await Promise.all(Array.from({ length: replicas }, () =>
      RedisNode.launch({ settings: { ...QUICK_REPLICA, replicaof: `${LOOPBACK} ${master.port}` } })));
    // A Sentinel asks the master for its replicas at once, and then every 10 s only: they have to be ready before.
    await reached('the replicas follow', async () => (await Promise.all(followers.map((node) => node.isFollowing()))).every((isFollowing) => isFollowing));
    const sentinel = await RedisNode.launch({
      sentinel: [`sentinel monitor ${NAME} ${LOOPBACK} ${master.port} 1`, `sentinel down-after-milliseconds ${NAME} 1000`, `sentinel failover-timeout ${NAME} 5000`],
    });
    const redis = new TestRedisSentinel([master, ...followers], sentinel);
    await reached('the Sentinel knows the replicas', async () => (await redis.replicasKnown()) === replicas);
    return redis;
  }

  /** As in `startSilo({ redis })`. */
  get source(): RedisOptions {
    return { sentinels: [{ host: LOOPBACK, port: this.sentinel.port }], name: NAME };
  }

  /** The master, in the words of the Sentinel. */
  async master(): Promise<RedisNode> {
    const [, port] = (await this.sentinel.ask('sentinel', 'get-master-addr-by-name', NAME)) as [string, string];
    return this.servers.find((server) => server.port === Number(port))!;
  }

  /** Those that are no master, whether they run or not. */
  async replicas(): Promise<readonly RedisNode[]> {
    const master = await this.master();
    return this.servers.filter((server) => server !== master);
  }

  /**
   * The Sentinel promotes a replica, whatever it has not received yet, while the old master lives. `midway` is called when that has happened and
   * clients may still be at the old one. Resolves to the new master.
   */
  async failover(midway: () => Promise<void> = () => Promise.resolve()): Promise<RedisNode> {
    const old = await this.master();
    const others = await this.replicas();
    await this.sentinel.ask('sentinel', 'failover', NAME);
    await reached('a replica was promoted', async () => (await Promise.all(others.map((node) => node.ask('role')))).some((role) => String(role).startsWith('master')));
    await midway();
    return await this.promoted(old);
  }

  /** After `old` was killed, or told to go: resolves to its successor, once the Sentinel names it. */
  async promoted(old: RedisNode): Promise<RedisNode> {
    await reached(`the Sentinel names another than ${old.port}`, async () => (await this.master()) !== old);
    return await this.master();
  }

  /** Starts a server that was killed as a replica, as people would. Resolves when it follows. */
  async bringBack(node: RedisNode): Promise<void> {
    const master = await this.master();
    await node.server.restart();
    await reached(`${node.port} follows ${master.port}`, async () => {
      if (await node.isFollowing().catch(() => false)) return true;
      await node.ask('replicaof', LOOPBACK, String(master.port)).catch(() => undefined);
      return false;
    });
  }

  /** Resolves when the Sentinel has made a replica of a former master that runs (again), which it takes ten seconds to dare. */
  async rejoined(node: RedisNode): Promise<void> {
    await reached(`${node.port} follows the new master`, () => node.isFollowing());
  }

  async stop(): Promise<void> {
    await Promise.all([this.sentinel, ...this.servers].map((server) => server.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async replicasKnown(): Promise<number> {
    return String(await this.sentinel.ask('sentinel', 'replicas', NAME)).split('master-link-status,ok').length - 1;
  }
}
