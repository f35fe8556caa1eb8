import { SystemClock } from '../protocol/system-clock.js';
import { RedisConnection } from './redis-connection.js';
import { RedisKeys } from './redis-keys.js';

const PAGE = '1000';

/** Deletes every key of a cluster in a single Redis, whose silos have ended; for tests. Resolves with their number. */
export async function eraseCluster(url: string, cluster: string): Promise<number> {
  const connection = await RedisConnection.open(url, { clock: new SystemClock() });
  const { scripts } = connection;
  const { pattern } = new RedisKeys(cluster);
  let erased = 0;
  try {
    for (let cursor = ''; cursor !== '0'; ) {
      const [next, keys] = (await scripts.callBuffer('scan', cursor || '0', 'MATCH', pattern, 'COUNT', PAGE)) as [Buffer, Buffer[]];
      if (keys.length > 0) erased += Number(await scripts.callBuffer('unlink', ...keys));
      cursor = next.toString();
    }
    return erased;
  } finally {
    connection.close();
  }
}
