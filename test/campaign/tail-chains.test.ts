import { expect } from 'chai';
import { missed, runBench } from './bench-process.js';

/** The short form of `npm run campaign -- --only chains`. */
describe('chains of tail calls on real silos', function () {
  this.timeout(120_000);

  it('commit each step once, run only the last one again, and answer once, whichever host is killed in the middle', async () => {
    const report = await runBench('tail-chains', ['--rounds', '2', '--seed', '3']);
    // Few rounds: the kills may come before the first step is committed.
    expect(missed(report, /: kills|chains that had begun/)).to.deep.equal([]);
  });
});
