import { expect } from 'chai';
import { missed, runBench } from './bench-process.js';

/** How long something took says nothing on a shared machine. */
const TIMING = /recovery, p|from waking|until the last silo/;

/** The short form of `npm run campaign -- --only fleet`. */
describe('three silos in processes of their own', function () {
  this.timeout(120_000);

  it('claim each of ten cold actors once for a hundred callers, lose and repeat nothing when they are killed, and stop when Redis is emptied', async () => {
    const report = await runBench('fleet/fleet-faults', ['--short', '--seconds', '6', '--only', 'cold|random kills$|emptied']);
    expect(missed(report, TIMING)).to.deep.equal([]);
  });

  it('commit nothing that arrives late from a silo that was declared dead', async () => {
    const report = await runBench('fleet/fleet-faults', ['--short', '--times', '1', '--only', 'stalled']);
    expect(missed(report, TIMING)).to.deep.equal([]);
  });
});
