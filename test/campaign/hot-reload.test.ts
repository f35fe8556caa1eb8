import { expect } from 'chai';
import { missed, runBench } from './bench-process.js';

/** The short form of the campaign's step. */
describe('modules that are exchanged under load', function () {
  this.timeout(90_000);

  it('cost no call, no acknowledged change, and run at once: 10 reloads', async () => {
    const report = await runBench('hot-reload', ['--reloads', '10', '--callers', '16', '--actors', '3']);
    expect(missed(report, /^$/)).to.deep.equal([]);
    expect(report.goals).to.have.length(5);
  });
});
