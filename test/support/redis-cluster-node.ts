import { freePort } from './processes.js';
import { LOOPBACK, QUICK_REPLICA, RedisNode } from './redis-node.js';
import { startOwnRedis, type OwnRedis } from './redis-server.js';

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
    'cluster-node-timeout': String(nodeTimeoutMs), 'cluster-replica-validity-factor': '0', ...QUICK_REPLICA,
  };
}

/** One server of a cluster. */
export class ClusterNode extends RedisNode {
  id = '';

  private constructor(server: OwnRedis, readonly busPort: string) {
    super(server);
  }

  static async start(nodeTimeoutMs: number): Promise<ClusterNode> {
    const settings = await clusterSettings(nodeTimeoutMs);
    const node = new ClusterNode(await startOwnRedis({ settings }), settings['cluster-port']!);
    node.id = String(await node.ask('cluster', 'myid'));
    return node;
  }

  async ranges(): Promise<readonly SlotRange[]> {
    const slots = (await this.ask('cluster', 'slots')) as [number, number, [string, number, string]][];
    return slots.map(([first, last, [, , masterId]]) => ({ first, last, masterId }));
  }

  /** `cluster_state` and the like. */
  async clusterInfo(): Promise<string> {
    return String(await this.ask('cluster', 'info'));
  }
}
