import { expect } from 'chai';
import { describeTicks, measureTicks } from '../../bench/arena-ticks.js';
import { acquireRedis } from '../support/redis-server.js';

describe('examples/arena, ticks', () => {
  it('keeps within 10 % of 50 ms with 50 bots on Redis', async () => {
    const redis = await acquireRedis();
    try {
      const figures = await measureTicks({ redis: redis.url, bots: 50, seconds: 5 });
      process.stderr.write(`    ${describeTicks(figures)}\n`);
      expect(figures.ticks).to.equal(100);
      expect(figures.meanMs).to.be.within(45, 55);
      expect(figures.p50Ms).to.be.within(45, 55);
      expect(figures.commitsPerSecond).to.be.greaterThan(0);
    } finally {
      await redis.stop();
    }
  });
});
