// The short form of bench/client-port: which outcome each attack has, in a silo of its own. What depends on time is judged by the campaign.
import { expect } from 'chai';
import { missed, runBench } from '../campaign/bench-process.js';
import { acquireRedis } from '../support/redis-server.js';

const TIMING = /stall|p99|failed/;
const ATTACKS = 'deep$|attachments?$|^100,000 keys|million$|surrogates|^text of|16 calls';

describe('the client port under attack', function () {
  this.timeout(120_000);

  it('answers with the typed error that is expected, or disconnects, and keeps its memory', async () => {
    await using redis = await acquireRedis();
    const report = await runBench('client-port/client-port', ['--short', '--seconds', '0.1', '--alone', '--only', ATTACKS, '--redis', redis.url]);
    const outcomes = (report.figures['missed'] as readonly string[]).filter((miss) => miss.includes(': expected '));
    expect(outcomes).to.deep.equal([]);
    expect(missed(report, TIMING)).to.deep.equal([]);
    expect(report.settings['attacks']).to.be.at.least(25);
  });
});
