import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startOwnRedis, type OwnRedis, type OwnRedisOptions } from './redis-server.js';

export const LOOPBACK = '127.0.0.1';
const PHASE_LIMIT_MS = 30_000;
const POLL_MS = 10;

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

/** Resolves when it holds, for servers that take their time; asks now and then, they need the processor. Rejects after 30 s naming the phase. */
export async function reached(phase: string, isReached: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PHASE_LIMIT_MS;
  while (!(await isReached().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`phase "${phase}" was not reached within ${PHASE_LIMIT_MS} ms`);
    await setTimeout(POLL_MS);
  }
}
