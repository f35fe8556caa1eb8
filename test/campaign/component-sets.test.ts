import { expect } from 'chai';
import { componentSets } from '../../bench/component-sets.js';
import { acquireRedis } from '../support/redis-server.js';

/** The short form of `npm run campaign -- --only "component sets"`. */
describe('components and tags of an actor on real silos', () => {
  it('are the same after it slept, and after its silo was killed and another took it over', async function () {
    this.timeout(60_000);
    const redis = await acquireRedis();
    try {
      const report = await componentSets({ redis: redis.url, rounds: 2, seed: 3 });
      expect(report.goals.filter(({ isMet }) => !isMet)).to.deep.equal([]);
    } finally {
      await redis.stop();
    }
  });
});
