import { expect } from 'chai';
import type { MillionFigures } from '../../bench/support/million.js';
import { acquireRedis } from '../support/redis-server.js';
import { missed, runBench } from './bench-process.js';

const ACTORS = 10_000;
/** Small runs on a shared machine say nothing about speed, nor about what of a small growth the system takes back. */
const TIMING = /per second|activations\/s|stall|RSS/;
const FLAGS = ['--actors', String(ACTORS), '--idle-after', '10s', '--bytes', '3000'];

/** The short form of `npm run campaign`'s million. */
describe('ten thousand actors on one silo', function () {
  this.timeout(60_000);

  it('are all active at once, weigh little, and are all collected again', async () => {
    const report = await runBench('million-actors', FLAGS);
    expect(missed(report, TIMING)).to.deep.equal([]);
    const { full, end } = report.figures as unknown as MillionFigures;
    expect(full.activations - end.activations).to.equal(ACTORS);
  });

  it('leave no key in Redis', async () => {
    await using redis = await acquireRedis();
    const report = await runBench('million-actors', [...FLAGS, '--redis', redis.url]);
    expect(missed(report, TIMING)).to.deep.equal([]);
    const { start, full, end } = report.figures as unknown as MillionFigures;
    expect(full.redis!.keys - start.redis!.keys).to.equal(ACTORS);
    expect(end.redis!.keys).to.equal(start.redis!.keys);
  });
});
