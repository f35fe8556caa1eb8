import { Redis } from 'ioredis';
import { startOwnRedis, type OwnRedis, type OwnRedisOptions } from './redis-server.js';

export const LOOPBACK = '127.0.0.1';

/** How a server follows another one, for tests: at once. */
export const QUICK_REPLICA: Readonly<Record<string, string>> = { 'repl-diskless-sync-delay': '0' };

/** A server of several, and a connection to tell it what to do. */
export class RedisNode {
  private readonly admin: Redis;

  constructor(readonly server: OwnRedis) {
    this.admin = new Redis(server.url, { maxRetriesPerRequest: 0, retryStrategy: () => 50 });
    this.admin.on('error', () => undefined); // Nodes get killed; `ask` rejects.
  }

  static async launch(options: OwnRedisOptions = {}): Promise<RedisNode> {
    return new RedisNode(await startOwnRedis(options));
  }

  get port(): number {
    return this.server.port;
  }

  /** Rejects while the node is down. */
  ask(name: string, ...args: readonly string[]): Promise<unknown> {
    return this.admin.call(name, ...args);
  }

  /** It is a replica and has all that its master had when they met. */
  async isFollowing(): Promise<boolean> {
    return String(await this.ask('info', 'replication')).includes('master_link_status:up');
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await this.server.stop();
  }
}
