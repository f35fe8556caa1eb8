import { expect } from 'chai';
import { FaultyStore } from './model/faulty-store.js';
import { runModel } from './model/run-model.js';

const SEEDS = 10;
const first = Number(process.env.TROUPE_MODEL_SEED ?? Date.now() % 1_000_000);

describe('actors and components whose onActivate calls others, at random', () => {
  for (const mode of ['hooks', 'thread-hooks', 'apart-hooks', 'apart-hooks-all', 'apart-hooks-none', 'apart-hooks-interleave'] as const) {
    it(`find every circle, also those through a hook (${mode}, seeds ${first} to ${first + SEEDS - 1})`, async function () {
      this.timeout(60_000);
      for (let seed = first; seed < first + SEEDS; seed++) {
        const { violations } = await runModel(seed, FaultyStore, mode, true);
        expect(violations, `TROUPE_MODEL_SEED=${seed}`).to.deep.equal([]);
      }
    });
  }
});
