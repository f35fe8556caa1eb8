import { expect } from 'chai';
import { FaultyStore } from './model/faulty-store.js';
import { runModel } from './model/run-model.js';

const SEEDS = 60;
const first = Number(process.env.TROUPE_MODEL_SEED ?? Date.now() % 1_000_000);

describe('a silo at random', () => {
  for (const mode of ['all', 'none', 'interleave'] as const) {
    it(`${mode}: loses nothing that it acknowledged, ends every call, keeps keyed turns alone (seeds ${first} to ${first + SEEDS - 1})`, async function () {
      this.timeout(60_000);
      let acknowledged = 0;
      for (let seed = first; seed < first + SEEDS; seed++) {
        const result = await runModel(seed, FaultyStore, mode);
        expect(result.violations, `TROUPE_MODEL_SEED=${seed}`).to.deep.equal([]);
        acknowledged += result.acknowledged;
      }
      expect(acknowledged).to.be.greaterThan(SEEDS * 5);
    });
  }

  for (const mode of ['chain', 'all', 'none', 'interleave'] as const) {
    it(`${mode}: finds every circle, also where calls that are made at once meet (seeds ${first} to ${first + SEEDS - 1})`, async function () {
      this.timeout(60_000);
      for (let seed = first; seed < first + SEEDS; seed++) {
        const { violations } = await runModel(seed, FaultyStore, mode, true);
        expect(violations, `TROUPE_MODEL_SEED=${seed}`).to.deep.equal([]);
      }
    });
  }

  it(`keeps what it acknowledged and nothing that failed, whatever the store does (seeds ${first} to ${first + SEEDS - 1})`, async function () {
    this.timeout(60_000);
    let fenced = 0;
    let lost = 0;
    let acknowledged = 0;
    for (let seed = first; seed < first + SEEDS; seed++) {
      const { violations, counts, acknowledged: ok } = await runModel(seed);
      expect(violations, `TROUPE_MODEL_SEED=${seed}`).to.deep.equal([]);
      fenced += counts.fenced;
      lost += counts.lostReplies + counts.lostRequests;
      acknowledged += ok;
    }
    // A test of faults that never happened shows nothing.
    expect(fenced).to.be.greaterThan(SEEDS / 2);
    expect(lost).to.be.greaterThan(SEEDS);
    expect(acknowledged).to.be.greaterThan(SEEDS * 5);
  });
});
