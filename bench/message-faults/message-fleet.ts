// MessageFleet. Owns: a fleet whose silos host emitters and listeners, each by a way of its own to Redis, and what is counted on those ways.
import { fileURLToPath } from 'node:url';
import type { Cluster, Redis } from 'ioredis';
import { RedisKeys } from '../../state/redis-keys.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { byUrl, type FleetRedis } from '../fleet/fleet-redis.js';
import { Fleet, within } from '../fleet/fleet.js';
import { insist } from '../fleet/insist.js';
import type { Emitter, Listener, Tally } from './actors.js';
import { isWitnessReport } from './witness.js';

const CALL = { timeout: 10_000 };
const WIDTH = 32;
const MODULES = ['actors', 'receipts-actors', 'witness', 'sabotage'].map((name) => fileURLToPath(new URL(`./${name}.js`, import.meta.url)));

/** What the faults made happen. */
export interface Counts {
  /** Commits that the fence refused, and that carried a mark or key that was there. */
  fenced: number;
  duplicates: number;
  /** Deliveries of what a listener had already. */
  knownDeliveries: number;
}

export class MessageFleet implements AsyncDisposable {
  readonly counts: Counts = { fenced: 0, duplicates: 0, knownDeliveries: 0 };
  /** By the number of the silo. */
  readonly ways: TcpProxy[] = [];
  private own!: Fleet;
  private client!: Redis | Cluster;

  private constructor() {}

  /** `on`: instead of a Redis of their own, to which each silo has a way that can be cut. */
  static async start(silos: number, on?: FleetRedis): Promise<MessageFleet> {
    const fleet = new MessageFleet();
    const hear = (message: unknown): void => {
      if (isWitnessReport(message)) fleet.counts.knownDeliveries += message.knownDeliveries;
    };
    fleet.own = await Fleet.start(silos, { modules: MODULES, hear, ...(on ? { on } : { way: (redis: string, index: number) => fleet.way(redis, index) }) });
    fleet.client = (on ?? byUrl(fleet.own.redis.url)).connect();
    fleet.client.on('error', () => undefined);
    return fleet;
  }

  get fleet(): Fleet {
    return this.own;
  }

  emitter(index: number): ReturnType<typeof this.handle<Emitter>> {
    return this.handle<Emitter>('mf-emitter', index);
  }

  listener(index: number): ReturnType<typeof this.handle<Listener>> {
    return this.handle<Listener>('mf-listener', index);
  }

  tally(index: number): ReturnType<typeof this.handle<Tally>> {
    return this.handle<Tally>('mf-tally', index);
  }

  /** One call for each index, some at a time. */
  async each<T>(count: number, call: (index: number) => Promise<T>): Promise<readonly T[]> {
    const results: T[] = [];
    let next = 0;
    await Promise.all(Array.from({ length: WIDTH }, async () => {
      for (let index = next++; index < count; index = next++) results[index] = await insist(() => call(index));
    }));
    return results;
  }

  /** How many messages stand in outboxes and inboxes of these actors. Nobody is woken for that. */
  async waiting(actors: readonly { readonly type: string; readonly count: number }[]): Promise<number> {
    const keys = new RedisKeys(this.own.cluster);
    // Not one pipeline: on a Redis Cluster they are in many slots. Sent in one stack they leave together all the same.
    const lengths = actors.flatMap(({ type, count }) => Array.from({ length: count }, (_, index) => {
      const { outbox, inbox } = keys.actor({ type, key: String(index) });
      return [this.client.zcard(outbox), this.client.llen(inbox)];
    }).flat());
    return (await Promise.all(lengths)).reduce((sum, length) => sum + length, 0);
  }

  /** Resolves with how many are left when that is none, or does not change any more for so long. */
  async settled(actors: readonly { readonly type: string; readonly count: number }[], patienceMs: number): Promise<number> {
    let left = await this.waiting(actors);
    while (left > 0) {
      const before = left;
      const hasMoved = await within(patienceMs, async () => (left = await this.waiting(actors)) !== before);
      if (!hasMoved) break;
    }
    return left;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const way of this.ways) way.release();
    await this.own[Symbol.asyncDispose]();
    this.client.disconnect();
    await Promise.all(this.ways.map((way) => way.stop()));
  }

  private handle<T extends object>(type: string, index: number) {
    return this.own.caller.actor<T>(type, String(index)).with(CALL);
  }

  private async way(redis: string, index: number): Promise<string> {
    const way = (this.ways[index] ??= await TcpProxy.start(redis));
    way.onReply = (bytes) => {
      const text = bytes.toString('latin1');
      this.counts.fenced += text.split('$6\r\nFENCED\r\n').length - 1;
      this.counts.duplicates += text.split('$3\r\nDUP\r\n').length - 1;
    };
    return way.url;
  }
}
