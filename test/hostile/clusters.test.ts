import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { ConfigurationError } from '../../sdk/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { acquireRedis, type TestRedis } from '../support/redis-server.js';
import { acceptableKeys } from '../state/contract/hostile-keys.js';
import { Chest } from './chest.js';

describe('clusters with names that begin alike', () => {
  let redis: TestRedis;
  let observer: Redis;
  before(async () => {
    redis = await acquireRedis();
    observer = new Redis(redis.url);
  });
  after(async () => {
    await observer.quit();
    await redis.stop();
  });

  /** The rows of a cluster's actors. */
  const rowsOf = async (cluster: string): Promise<readonly string[]> => {
    const rows = new Set<string>();
    for await (const page of observer.scanStream({ match: `troupe:{${cluster}/hostile/*}:a`, count: 5000 })) {
      for (const key of page as string[]) rows.add(key);
    }
    return [...rows];
  };

  it('see nothing of each other, whatever their actors are called', async () => {
    const name = `t-${randomUUID()}`;
    const clusters = [name, `${name}y`, `${name}-y`, `${name}.y`, name.slice(0, -1)];
    // What looks like another cluster's actor, and like the parts of a key.
    const keys = [...acceptableKeys().slice(0, 60), `${name}y/hostile/a`, `}${name}y`, `y/hostile/YQ`];
    const silos = await Promise.all(clusters.map((cluster) => startSilo({ cluster, redis: redis.url, modules: [Chest], log: 'silent' })));
    const each = <T>(work: (silo: Silo, cluster: string, key: string) => Promise<T>): Promise<T[]> =>
      Promise.all(silos.flatMap((silo, i) => keys.map((key) => work(silo, clusters[i]!, key))));
    try {
      await each((silo, cluster, key) => silo.actor(Chest, key).put(cluster));
      expect(await each((silo, _, key) => silo.actor(Chest, key).look())).to.deep.equal(clusters.flatMap((cluster) => keys.map((key) => [key, cluster])));
      for (const cluster of clusters) expect(await rowsOf(cluster), cluster).to.have.length(keys.length);
    } finally {
      await Promise.all(silos.map((silo) => silo.stop()));
    }
  });

  for (const cluster of ['', 'a/b', 'a/', '/a', 'a b', ' a', '{a}', 'a}', '}{', 'a:b', 'a*', 'a\0', 'a\r\nb', 'é', '../a', '-a', '.a', '7a', 'x'.repeat(65), 7, null]) {
    it(`are refused where a name could reach beyond its own keys: ${JSON.stringify(cluster)}`, async () => {
      const error = await failure(startSilo({ cluster: cluster as string, redis: redis.url, modules: [Chest], log: 'silent' }));
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(error.message).to.match(/^(?:startSilo: )?cluster/);
    });
  }
});
