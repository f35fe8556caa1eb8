// A Redis Cluster for tests: local servers behind the guards of redis-server.ts, so none outlives its test run. Needs Redis 7 or Valkey.
import { setTimeout } from 'node:timers/promises';
import { ClusterNode } from './redis-cluster-node.js';
import { LOOPBACK } from './redis-node.js';

export interface RedisClusterOptions {
  /** Default 3. */
  readonly masters?: number;
  /** How long a node may be silent before the others replace it; default 5,000 ms. */
  readonly nodeTimeoutMs?: number;
}

const SLOTS = 16_384;
const PHASE_LIMIT_MS = 15_000;
/** The nodes need the processor that asking them would take. */
const POLL_MS = 10;
const MIGRATE_LIMIT_MS = '5000';

/** Masters that each hold a like share of the slots, and a replica for each. Dispose it (`await using`) or `stop` it. */
export class TestRedisCluster implements AsyncDisposable {
  private constructor(readonly nodes: readonly ClusterNode[]) {}

  /** Resolves when all nodes agree that all slots are served, and every replica follows its master. */
  static async start({ masters = 3, nodeTimeoutMs = 5000 }: RedisClusterOptions = {}): Promise<TestRedisCluster> {
    const started = await Promise.allSettled(Array.from({ length: masters * 2 }, () => ClusterNode.start(nodeTimeoutMs)));
    const cluster = new TestRedisCluster(started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
    try {
      for (const each of started) if (each.status === 'rejected') throw each.reason;
      await cluster.form(masters);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Where a client begins. */
  get startupNodes(): { readonly host: string; readonly port: number }[] {
    return this.nodes.map(({ port }) => ({ host: LOOPBACK, port }));
  }

  async slotOf(key: string): Promise<number> {
    return Number(await this.nodes[0]!.ask('cluster', 'keyslot', key));
  }

  /** The master of a slot, in the words of a node that lives. */
  async masterOf(slot: number): Promise<ClusterNode> {
    for (const node of this.nodes) {
      const range = (await node.ranges().catch(() => [])).find(({ first, last }) => first <= slot && slot <= last);
      if (range) return this.byId(range.masterId);
    }
    throw new Error(`no node knows the master of slot ${slot}`);
  }

  /** A master of other slots. */
  async otherMaster(slot: number): Promise<ClusterNode> {
    const owner = await this.masterOf(slot);
    return this.byId((await owner.ranges()).find(({ masterId }) => masterId !== owner.id)!.masterId);
  }

  /**
   * Moves a slot to the master `to`, key by key in the order of their names. `midway` is called once half of the keys are there: a client
   * then meets ASK for those, and TRYAGAIN where one command names keys of both halves.
   */
  async moveSlot(slot: number, to: ClusterNode, midway: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const from = await this.masterOf(slot);
    await to.ask('cluster', 'setslot', String(slot), 'importing', from.id);
    await from.ask('cluster', 'setslot', String(slot), 'migrating', to.id);
    const migrate = (key: string) => from.ask('migrate', LOOPBACK, String(to.port), key, '0', MIGRATE_LIMIT_MS);
    const keysLeft = async () => ((await from.ask('cluster', 'getkeysinslot', String(slot), '100000')) as string[]).sort();
    const keys = await keysLeft();
    for (const key of keys.slice(0, Math.ceil(keys.length / 2))) await migrate(key);
    await midway();
    for (const key of await keysLeft()) await migrate(key);
    for (const node of [to, from]) await node.ask('cluster', 'setslot', String(slot), 'node', to.id);
    await this.agree(`${to.port} has slot ${slot}`, async (node) =>
      (await node.ranges()).some(({ first, last, masterId }) => masterId === to.id && first <= slot && slot <= last));
  }

  /** A master and its replica change places without loss (`CLUSTER FAILOVER`). Resolves to the new master once all nodes know it. */
  async failover(master: ClusterNode): Promise<ClusterNode> {
    const replica = await this.replicaOf(master);
    await replica.ask('cluster', 'failover');
    await this.promoted({ master, replica });
    return replica;
  }

  /** A master that has lost its place follows its successor some time later. */
  async replicaOf(master: ClusterNode): Promise<ClusterNode> {
    const replicas = async (): Promise<readonly string[]> => (await master.ask('cluster', 'replicas', master.id)) as string[];
    await this.agree(`${master.port} has a replica`, async () => (await replicas()).length > 0, [master]);
    return this.byId((await replicas())[0]!.split(' ')[0]!);
  }

  /** After a master was killed or stalled: resolves when all other nodes know the replica as master, and all slots are served. */
  promoted({ master, replica }: { readonly master: ClusterNode; readonly replica: ClusterNode }): Promise<void> {
    const others = this.nodes.filter((node) => node !== master);
    return this.agree(`${replica.port} has taken over from ${master.port}`, async (node) => {
      const ids = (await node.ranges()).map(({ masterId }) => masterId);
      return ids.includes(replica.id) && !ids.includes(master.id) && (await node.clusterInfo()).includes('cluster_state:ok');
    }, others);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async form(count: number): Promise<void> {
    const masters = this.nodes.slice(0, count);
    const first = masters[0]!;
    await Promise.all(masters.map((node, i) => node.ask('cluster', 'set-config-epoch', String(i + 1))));
    await Promise.all(masters.map((node, i) =>
      node.ask('cluster', 'addslotsrange', String(Math.floor((i * SLOTS) / count)), String(Math.floor(((i + 1) * SLOTS) / count) - 1))));
    for (const node of this.nodes.slice(1)) await first.ask('cluster', 'meet', LOOPBACK, String(node.port), node.busPort);
    const size = `cluster_known_nodes:${this.nodes.length}\r`;
    await this.agree('all nodes have met', async (node) => (await node.clusterInfo()).includes(size));
    await Promise.all(masters.map((master, i) => this.nodes[count + i]!.ask('cluster', 'replicate', master.id)));
    await this.agree('all slots are served', async (node) => (await node.clusterInfo()).includes('cluster_state:ok'));
    await this.agree('replicas follow', async (node) => masters.includes(node) || node.isFollowing());
    await this.agree('replicas are known', async (node) => (String(await node.ask('cluster', 'nodes')).match(/slave/g) ?? []).length === count);
  }

  private byId(id: string): ClusterNode {
    const found = this.nodes.find((node) => node.id === id);
    if (!found) throw new Error(`no node has the id ${id}`);
    return found;
  }

  /** Resolves when all of `nodes` say yes; rejects after 15 s naming the phase and who does not. */
  private async agree(phase: string, isReached: (node: ClusterNode) => Promise<boolean>, nodes = this.nodes): Promise<void> {
    const deadline = performance.now() + PHASE_LIMIT_MS;
    for (;;) {
      const answers = await Promise.all(nodes.map((node) => isReached(node).catch(() => false)));
      const against = nodes.filter((_, i) => !answers[i]).map(({ port }) => port);
      if (against.length === 0) return;
      if (performance.now() > deadline) throw new Error(`phase "${phase}" was not reached within ${PHASE_LIMIT_MS} ms on ${against.join(', ')}`);
      await setTimeout(POLL_MS);
    }
  }
}
