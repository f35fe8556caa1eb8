import { Redis } from 'ioredis';

/** What a Redis holds for one cluster, and how much memory it uses in all. */
export interface RedisReading {
  readonly keys: number;
  readonly bytes: number;
}

const PAGE = 5000;
/** BullMQ's clock of when it looked for stalled jobs: there or not, at any instant. */
const COMES_AND_GOES = ':q:stalled-check';

/** Looks at a Redis from beside the silo. Dispose it. */
export class RedisProbe implements AsyncDisposable {
  private readonly redis: Redis;

  constructor(url: string, private readonly cluster: string) {
    this.redis = new Redis(url, { maxRetriesPerRequest: 3 });
  }

  /** How many keys there are, or those whose names go on so; without what comes and goes by itself. */
  async count(part = ''): Promise<number> {
    let keys = 0;
    let cursor = '0';
    do {
      const [next, page] = await this.redis.scan(cursor, 'MATCH', `troupe:{${this.cluster}/${part}*`, 'COUNT', PAGE);
      keys += page.filter((key) => !key.endsWith(COMES_AND_GOES)).length;
      cursor = next;
    } while (cursor !== '0');
    return keys;
  }

  async read(): Promise<RedisReading> {
    const keys = await this.count();
    const info = await this.redis.info('memory');
    return { keys, bytes: Number(/used_memory:(\d+)/.exec(info)?.[1]) };
  }

  /** Deletes all that the cluster left. */
  async clear(): Promise<void> {
    let cursor = '0';
    do {
      const [next, page] = await this.redis.scan(cursor, 'MATCH', `troupe:{${this.cluster}/*`, 'COUNT', PAGE);
      if (page.length > 0) await this.redis.unlink(...page);
      cursor = next;
    } while (cursor !== '0');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.redis.quit();
  }
}
