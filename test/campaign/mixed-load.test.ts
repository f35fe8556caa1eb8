import { expect } from 'chai';
import { acquireRedis } from '../support/redis-server.js';
import { missed, runBench } from './bench-process.js';

/** The short form of `npm run campaign`'s half hour. */
describe('a silo under mixed load', function () {
  this.timeout(240_000);

  it('is left as it was by each round: objects, heap, handles, keys in Redis', async () => {
    await using redis = await acquireRedis();
    const report = await runBench('mixed-load', ['--rounds', '6', '--redis', redis.url]);
    expect(missed(report, /^$/)).to.deep.equal([]);
    expect(report.goals).to.have.length(4);
  });
});
