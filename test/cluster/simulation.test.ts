import { expect } from 'chai';
import { runSimulation } from './simulation/run-simulation.js';
import { replayOf, SimulationTotals } from './simulation/totals.js';

const SEEDS = 60;
const replayed = process.env['TROUPE_SIM_SEED'];

describe('the simulated cluster', function () {
  this.timeout(120_000);

  if (replayed !== undefined) {
    it(`keeps its promises in the run of seed ${replayed}`, async () => {
      const { violations, trace } = await runSimulation(Number(replayed));
      if (violations.length > 0) process.stderr.write(`${trace.join('\n')}\n`);
      expect(violations).to.deep.equal([]);
    });
    return;
  }

  it(`keeps P1 to P7, loses nothing acknowledged, applies nothing twice and ends every call in time, through kills, freezes, cuts, delays and duplicates (seeds 1 to ${SEEDS})`, async () => {
    const totals = new SimulationTotals();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await runSimulation(seed);
      expect(result.violations, replayOf(seed)).to.deep.equal([]);
      totals.add(result);
    }
    // A test of faults that never happened shows nothing.
    for (const [what, least] of [['fenced', 10], ['lateAgain', 5], ['takeovers', 100], ['kills', 50], ['freezes', 25], ['acknowledged', 1000]] as const) {
      expect(totals.of(what), what).to.be.at.least(least);
    }
  });

  it('is the same run for the same seed, event for event', async () => {
    const first = await runSimulation(3);
    const second = await runSimulation(3);
    expect(first.trace.length).to.be.greaterThan(100);
    expect(second.trace).to.deep.equal(first.trace);
    expect((await runSimulation(4)).trace).not.to.deep.equal(first.trace);
  });
});
