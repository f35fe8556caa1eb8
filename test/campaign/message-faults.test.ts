import { expect } from 'chai';
import { missed, runBench } from './bench-process.js';

/** How long something took says nothing on a shared machine, nor does how many late commits met the fence, or how many deliveries a fault cut short: that is the full form's to demand. */
const TIMING = /from a kill|from a death|commits refused|came again|p50/;

/** The short form of `npm run campaign -- --only messages`. */
describe('messages among three silos in processes of their own', function () {
  this.timeout(180_000);

  it('are applied once and in order, whatever happens to silos and to their ways to Redis, and receipts are true', async () => {
    const report = await runBench('message-faults', ['--short', '--faults', 'kills,stalls']);
    expect(missed(report, TIMING)).to.deep.equal([]);
  });
});

/** The short form of `npm run campaign -- --only durable`. */
describe('durable calls among silos in processes of their own', function () {
  this.timeout(180_000);

  it('are applied once each, and who waits or asks again gets the result, while silos are killed', async () => {
    const report = await runBench('durable-calls', ['--short']);
    expect(missed(report, TIMING)).to.deep.equal([]);
  });
});

/** The short form of `npm run campaign -- --only reminders`. */
describe('reminders on silos in processes of their own', function () {
  this.timeout(120_000);

  it('fire once when many are due in the same second, and lose no due time when their silo is killed', async () => {
    const report = await runBench('reminders', ['--short']);
    expect(missed(report, TIMING)).to.deep.equal([]);
  });
});
