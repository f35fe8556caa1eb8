import { Redis } from 'ioredis';
import { freePort } from './processes.js';
import { startOwnRedis, type OwnRedis } from './redis-server.js';

export const LOOPBACK = '127.0.0.1';

/** Slots that one master serves. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly masterId: string;
}

/** What makes a server a node of a cluster. Its bus gets a free port: the server's plus 10,000 may be taken, or no port at all. */
export async function clusterSettings(nodeTimeoutMs = 5000): Promise<Readonly<Record<string, string>>> {
  return {
    'cluster-enabled': 'yes', 'cluster-announce-ip': LOOPBACK, 'cluster-port': String(await freePort()),
    'cluster-node-timeout': String(nodeTimeoutMs), 'cluster-replica-validity-factor': '0', 'repl-diskless-sync-delay': '0',
  };
}

/** One server of a cluster, and a connection to tell it what to do. */
export class ClusterNode {
  private readonly admin: Redis;

  private constructor(readonly server: OwnRedis, readonly busPort: string, readonly id: string) {
    this.admin = connect(server.url);
  }

  static async start(nodeTimeoutMs: number): Promise<ClusterNode> {
    const settings = await clusterSettings(nodeTimeoutMs);
    const server = await startOwnRedis({ settings });
    const first = connect(server.url);
    try {
      return new ClusterNode(server, settings['cluster-port']!, String(await first.call('cluster', 'myid')));
    } finally {
      first.disconnect();
    }
  }

  get port(): number {
    return this.server.port;
  }

  /** Rejects while the node is down. */
  ask(name: string, ...args: readonly string[]): Promise<unknown> {
    return this.admin.call(name, ...args);
  }

  async ranges(): Promise<readonly SlotRange[]> {
    const slots = (await this.ask('cluster', 'slots')) as [number, number, [string, number, string]][];
    return slots.map(([first, last, [, , masterId]]) => ({ first, last, masterId }));
  }

  /** `cluster_state` and the like. */
  async clusterInfo(): Promise<string> {
    return String(await this.ask('cluster', 'info'));
  }

  async isFollowing(): Promise<boolean> {
    return String(await this.ask('info', 'replication')).includes('master_link_status:up');
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await this.server.stop();
  }
}

function connect(url: string): Redis {
  const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => 50 });
  client.on('error', () => undefined); // Nodes get killed; `ask` rejects.
  return client;
}
