import type { SiloLoad } from '../protocol/ports/membership.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import { writeLoad } from './member-records.js';
import type { BeatAnswer } from './membership-table.js';
import type { RedisClient } from './redis-client.js';
import { RedisExecutor } from './redis-executor.js';
import { RedisKeys } from './redis-keys.js';
import { readList, readText } from './redis-replies.js';

/** BEAT of protocol.md §2 on a client of its own, for the main loop and for the helper thread. The client stays the caller's. */
export class RedisBeats {
  private readonly executor: RedisExecutor;
  private readonly keys: readonly string[];

  constructor(client: RedisClient, cluster: string) {
    this.executor = new RedisExecutor(client, false);
    const { silos, heartbeats, epoch, genesis, addresses } = new RedisKeys(cluster).membership;
    this.keys = [silos, heartbeats, epoch, genesis, addresses];
  }

  async beat(incarnation: Incarnation, genesis: string, load?: SiloLoad): Promise<BeatAnswer> {
    const [status, detail] = readList(await this.executor.run('beat-silo', this.keys, [incarnation, genesis, writeLoad(load)])).map(readText);
    if (status === 'OK') return { status: 'ok', epoch: Number(detail) };
    return status === 'GENESIS' ? { status: 'genesis', found: detail || undefined } : { status: 'dead' };
  }

  /** A beat had no answer in time: drops its connection so that the next one takes a fresh one. */
  abandon(): void {
    const { client } = this.executor;
    // `disconnect` would wait 2 s for a stalled peer's goodbye, and with a Cluster for that of every node.
    const open = (client.nodes?.() ?? [client]).flatMap(({ stream }) => (stream?.destroy ? [stream] : []));
    if (open.length === 0) client.disconnect(true);
    for (const stream of open) stream.destroy?.();
  }

  /** Rejects what is under way. */
  stop(): void {
    this.executor.stop();
  }
}
